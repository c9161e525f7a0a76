#include "backend/cpu/conv/pointwise_tile.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>

#include "backend/cpu/x64/opcodes.h"

namespace luge::cpu::conv {
namespace {

using namespace cpu::x64;

constexpr Gp kCall = rdi, kX = rsi, kW = rdx, kY = rcx, kAddend = r8, kCount = r9, kTiles = r10, kOther = r11,
             kAt = rax,  // walks through the blocks of channels from kX
    kNext = rbx;         // walks through what is asked for

Memory field(std::size_t offset) {
  return {.base = kCall, .displacement = static_cast<std::int32_t>(offset)};
}

// Registers: sums from 0 on, the vectors of weights after them, the last one for what is broadcast.
class Generator {
 public:
  Generator(const PointwiseTile& tile, Isa isa) : tile_(tile), assembler_(isa) {}

  std::vector<std::uint8_t> run() {
    if (tile_.ahead > 0) {
      assembler_.push(kNext);
      assembler_.load(kNext, field(offsetof(PointwiseCall, next)));
    }
    assembler_.load(kX, field(offsetof(PointwiseCall, x)));
    assembler_.load(kY, field(offsetof(PointwiseCall, y)));
    if (adds_image()) assembler_.load(kAddend, field(offsetof(PointwiseCall, addend)));
    assembler_.load(kTiles, field(offsetof(PointwiseCall, tiles)));
    const auto next = assembler_.label();
    assembler_.bind(next);
    start();
    sum_blocks();
    finish();
    each([&](int p, int v) { assembler_.vector(code::store, sum(p, v), 0, result(kY, p, v)); });
    for (const Gp walking : {kX, kY}) assembler_.add(walking, tile_bytes());
    if (adds_image()) assembler_.add(kAddend, tile_bytes());
    assembler_.add(kTiles, -1);
    assembler_.jump(Assembler::If::not_equal, next);
    if (tile_.ahead > 0) assembler_.pop(kNext);
    assembler_.leave_and_return();
    return assembler_.finish();
  }

 private:
  int sum(int p, int v) const { return p * tile_.vectors + v; }
  int weights(int v) const { return tile_.points * tile_.vectors + v; }
  int free() const { return assembler_.vector_registers() - 1; }
  std::int32_t bytes() const { return assembler_.vector_bytes(); }  // of a point in a block
  std::int32_t lanes() const { return bytes() / 4; }
  std::int32_t tile_bytes() const { return tile_.points * bytes(); }
  bool adds_image() const { return tile_.ends && tile_.addend; }

  template <class Work>
  void each(const Work& work) {
    for (int p = 0; p < tile_.points; ++p) {
      for (int v = 0; v < tile_.vectors; ++v) work(p, v);
    }
  }

  Memory result(Gp base, int p, int v) const {
    return {.base = base, .displacement = static_cast<std::int32_t>(4 * v * tile_.y_block) + p * bytes()};
  }

  void start() {
    assembler_.move(kAt, kX);
    assembler_.load(kW, field(offsetof(PointwiseCall, w)));
    assembler_.load(kCount, field(offsetof(PointwiseCall, blocks)));
    if (!tile_.begins || !tile_.bias)
      return each([&](int p, int v) { assembler_.vector(code::bit_xor, sum(p, v), sum(p, v), sum(p, v)); });
    assembler_.load(kOther, field(offsetof(PointwiseCall, bias)));
    for (int v = 0; v < tile_.vectors; ++v)
      assembler_.vector(code::load, weights(v), 0, Memory{.base = kOther, .displacement = v * bytes()});
    each([&](int p, int v) { assembler_.vector(code::copy, sum(p, v), 0, weights(v)); });
  }

  void sum_blocks() {
    const auto again = assembler_.label();
    assembler_.bind(again);
    // Points of the next tile are asked for while this one is summed: a tile is too short a piece of each
    // block for the processor to see where it goes on.
    const int lines = (tile_bytes() + 63) / 64;
    for (std::int32_t c = 0; c < lanes(); ++c) {
      for (int v = 0; v < tile_.vectors; ++v) {
        const auto at = static_cast<std::int32_t>(4 * v * tile_.w_block) + c * bytes();
        assembler_.vector(code::load, weights(v), 0, Memory{.base = kW, .displacement = at});
      }
      for (int line = c * lines / lanes(); line < (c + 1) * lines / lanes(); ++line)
        assembler_.prefetch(Memory{.base = kAt, .displacement = tile_bytes() + 64 * line});
      for (int line = c * tile_.ahead / lanes(); line < (c + 1) * tile_.ahead / lanes(); ++line)
        assembler_.prefetch(Memory{.base = kNext, .displacement = 64 * line}, Assembler::Cache::second);
      for (int p = 0; p < tile_.points; ++p) {
        assembler_.vector(code::broadcast, free(), 0,
                          Memory{.base = kAt, .displacement = p * bytes() + 4 * c});
        for (int v = 0; v < tile_.vectors; ++v)
          assembler_.vector(code::multiply_add_231, sum(p, v), free(), weights(v));
      }
    }
    assembler_.add(kAt, static_cast<std::int32_t>(4 * tile_.x_block));
    assembler_.add(kW, lanes() * bytes());
    if (tile_.ahead > 0) assembler_.add(kNext, 64 * tile_.ahead);
    assembler_.add(kCount, -1);
    assembler_.jump(Assembler::If::not_equal, again);
  }

  void finish() {
    if (!tile_.begins) add(kY);
    if (!tile_.ends) return;
    if (tile_.addend) add(kAddend);
    if (tile_.relu) relu();
    if (tile_.limited) limit();
    if (tile_.part) clear_part();
  }

  void add(Gp image) {
    each([&](int p, int v) { assembler_.vector(code::add, sum(p, v), sum(p, v), result(image, p, v)); });
  }

  // max and min give their second operand where one is not a number.
  void relu() {
    const int other = free();
    const Memory slope{.constant = assembler_.constant(std::bit_cast<std::uint32_t>(tile_.slope))};
    if (tile_.slope == 0) assembler_.vector(code::bit_xor, other, other, other);
    each([&](int p, int v) {
      if (tile_.slope != 0) assembler_.vector(code::mul, other, sum(p, v), slope);
      assembler_.vector(code::max, sum(p, v), other, sum(p, v));
    });
  }

  void limit() {
    assembler_.vector(code::broadcast, free(), 0, field(offsetof(PointwiseCall, limit)));
    each([&](int p, int v) { assembler_.vector(code::min, sum(p, v), free(), sum(p, v)); });
  }

  // Lanes that are no filters become 0: as many whole ones as there are filters, read from before the ramp's
  // zeros.
  void clear_part() {
    assembler_.load(kCount, field(offsetof(PointwiseCall, last)));
    assembler_.set(kAt, 0);
    assembler_.subtract(kAt, kCount);
    assembler_.address(kOther, Memory{.constant = assembler_.ramp()});
    assembler_.vector(code::load, free(), 0,
                      Memory{.base = kOther, .index = kAt, .scale = 4, .displacement = bytes()});
    for (int p = 0; p < tile_.points; ++p) {
      const int last = sum(p, tile_.vectors - 1);
      assembler_.vector(code::bit_and, last, last, free());
    }
  }

  const PointwiseTile& tile_;
  Assembler assembler_;
};

}  // namespace

int most_points(Isa isa, int vectors) { return (vector_registers(isa) - 1 - vectors) / vectors; }

std::vector<std::uint8_t> generate_pointwise(const PointwiseTile& tile, Isa isa) {
  const int64_t farthest = 4 * (tile.vectors + 1) * std::max({tile.x_block, tile.w_block, tile.y_block});
  if (farthest > std::numeric_limits<std::int32_t>::max()) return {};
  return Generator(tile, isa).run();
}

}  // namespace luge::cpu::conv
