#include "backend/cpu/matmul/tile.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "backend/cpu/x64/opcodes.h"

namespace luge::cpu::matmul {
namespace {

using namespace cpu::x64;

constexpr Gp kCall = rdi, kA = rsi, kB = rdx, kC = rcx, kOther = r8, kCount = r9, kScratch = rax;
constexpr int kPart = 1;  // AVX-512: the mask of a part of a vector
constexpr int kSteps = 4;
// Steps of B that are on their way from the second cache; with four vectors asking for them costs more than
// it brings.
constexpr int kAhead = 12;

Memory field(std::size_t offset) {
  return {.base = kCall, .displacement = static_cast<std::int32_t>(offset)};
}

// Products on their way at a time hide how long each takes; small tiles have registers for more sums than
// they have elements.
constexpr int kOnTheirWay = 8;

// Registers: accumulators from 0 on, the vectors of B after them, the last one for what is broadcast. Steps
// of the inner extent go to `sets_` groups of accumulators in turn, which are added up at the end.
class Generator {
 public:
  Generator(const TileShape& shape, Isa isa) : shape_(shape), assembler_(isa) {
    while (sets_ < kSteps && sets_ * elements() < kOnTheirWay &&
           2 * sets_ * elements() + shape.vectors < assembler_.vector_registers())
      sets_ *= 2;
  }

  std::vector<std::uint8_t> run() {
    assembler_.load(kA, field(offsetof(TileCall, a)));
    assembler_.load(kB, field(offsetof(TileCall, b)));
    assembler_.load(kC, field(offsetof(TileCall, c)));
    for (int k = 0; k < sets_ * elements(); ++k) assembler_.vector(code::bit_xor, k, k, k);
    ask_for(kC);
    ask_for_operands();
    loop(offsetof(TileCall, fours), kSteps);
    loop(offsetof(TileCall, rest), 1);
    for (int left = sets_ / 2; left > 0; left /= 2) {
      for (int k = 0; k < left * elements(); ++k) assembler_.vector(code::add, k, k, k + left * elements());
    }
    finish();
    each([&](int r, int v) { store(sum(r, v), element(kC, r, v), v); });
    assembler_.leave_and_return();
    return assembler_.finish();
  }

 private:
  int elements() const { return shape_.rows * shape_.vectors; }
  int sum(int r, int v, int set = 0) const { return set * elements() + r * shape_.vectors + v; }
  int column(int v) const { return sets_ * elements() + v; }
  int free() const { return assembler_.vector_registers() - 1; }
  // The last is free for a mask once B has been read.
  int part_vector() const { return column(0); }
  bool is_part(int v) const { return shape_.part && v + 1 == shape_.vectors; }

  template <class Work>
  void each(const Work& work) {
    for (int r = 0; r < shape_.rows; ++r) {
      for (int v = 0; v < shape_.vectors; ++v) work(r, v);
    }
  }

  Memory element(Gp base, int64_t r, int v) const {
    return {.base = base,
            .displacement = static_cast<std::int32_t>(r * shape_.width * 4) + v * assembler_.vector_bytes()};
  }

  void loop(std::size_t count, int steps) {
    const auto again = assembler_.label(), end = assembler_.label();
    assembler_.load(kCount, field(count));
    assembler_.compare(kCount, 0);
    assembler_.jump(Assembler::If::equal, end);
    assembler_.bind(again);
    const auto step_of_b = static_cast<std::int32_t>(4 * shape_.b_step);
    for (int k = 0; k < steps; ++k) {
      for (int v = 0; v < shape_.vectors; ++v) {
        const auto at = [&](int step) {
          return Memory{.base = kB, .displacement = step * step_of_b + v * assembler_.vector_bytes()};
        };
        if (shape_.vectors < 4 && v * assembler_.vector_bytes() % 64 == 0)
          assembler_.prefetch(at(k + kAhead));
        assembler_.vector(code::load, column(v), 0, at(k));
      }
      for (int r = 0; r < shape_.rows; ++r) {
        const auto at = static_cast<std::int32_t>(4 * (r * shape_.a_row + k * shape_.a_step));
        assembler_.vector(code::broadcast, free(), 0, Memory{.base = kA, .displacement = at});
        for (int v = 0; v < shape_.vectors; ++v)
          assembler_.vector(code::multiply_add_231, sum(r, v, k % sets_), free(), column(v));
      }
    }
    assembler_.add(kA, static_cast<std::int32_t>(4 * steps * shape_.a_step));
    assembler_.add(kB, steps * step_of_b);
    assembler_.add(kCount, -1);
    assembler_.jump(Assembler::If::not_equal, again);
    assembler_.bind(end);
  }

  // The lines of a tile, each once.
  void ask_for(Gp base) {
    each([&](int r, int v) {
      if (v * assembler_.vector_bytes() % 64 == 0) assembler_.prefetch(element(base, r, v));
    });
  }

  // What follows reads other rows, which no other instruction asks for in time.
  void ask_for_operands() {
    for (std::size_t k = 0; k < shape_.post_ops.size(); ++k) {
      if (shape_.post_ops[k] == TilePostOp::relu) continue;
      assembler_.load(kOther, operand(k));
      ask_for(kOther);
    }
  }

  static Memory operand(std::size_t k) {
    return field(offsetof(TileCall, operands) + k * sizeof(const float*));
  }

  // What follows the sum.
  void finish() {
    if (shape_.part) part_mask();
    if (shape_.add) each([&](int r, int v) { combine(code::add, r, v, element(kC, r, v)); });
    if (shape_.bias) {
      assembler_.load(kOther, field(offsetof(TileCall, bias)));
      for (int v = 0; v < shape_.vectors; ++v) {
        const int bias = free();
        load(bias, element(kOther, 0, v), v);
        for (int r = 0; r < shape_.rows; ++r) assembler_.vector(code::add, sum(r, v), sum(r, v), bias);
      }
    }
    for (std::size_t k = 0; k < shape_.post_ops.size(); ++k) {
      if (shape_.post_ops[k] == TilePostOp::relu) {
        relu();
        continue;
      }
      assembler_.load(kOther, operand(k));
      const Opcode how = shape_.post_ops[k] == TilePostOp::add ? code::add : code::mul;
      each([&](int r, int v) { combine(how, r, v, element(kOther, r, v)); });
    }
  }

  // max gives its second operand where one is not a number, and the sum turns -0 into 0.
  void relu() {
    const int zero = free();
    assembler_.vector(code::bit_xor, zero, zero, zero);
    each([&](int r, int v) {
      assembler_.vector(code::max, sum(r, v), zero, sum(r, v));
      assembler_.vector(code::add, sum(r, v), sum(r, v), zero);
    });
  }

  void combine(Opcode how, int r, int v, const Memory& with) {
    if (!is_part(v)) return assembler_.vector(how, sum(r, v), sum(r, v), with);
    load(free(), with, v);
    assembler_.vector(how, sum(r, v), sum(r, v), free());
  }

  void part_mask() {
    if (assembler_.isa() == Isa::avx512) {
      assembler_.load(rcx, field(offsetof(TileCall, last)));
      assembler_.set(kScratch, 1);
      assembler_.shift_left_by_cl(kScratch);
      assembler_.add(kScratch, -1);
      assembler_.mask_op(code::mask_from_general, kPart, 0, kScratch, false);
      assembler_.load(kC, field(offsetof(TileCall, c)));  // was in rcx
      return;
    }
    // As many whole ones as there are numbers, read from before the ramp's zeros.
    assembler_.load(kCount, field(offsetof(TileCall, last)));
    assembler_.set(kScratch, 0);
    assembler_.subtract(kScratch, kCount);
    assembler_.address(kOther, Memory{.constant = assembler_.ramp()});
    assembler_.vector(
        code::load, part_vector(), 0,
        Memory{.base = kOther, .index = kScratch, .scale = 4, .displacement = assembler_.vector_bytes()});
  }

  void load(int to, const Memory& from, int v) {
    if (!is_part(v)) return assembler_.vector(code::load, to, 0, from);
    if (assembler_.isa() == Isa::avx512) return assembler_.masked(code::load, to, 0, from, kPart, true);
    assembler_.vector(code::load_some, to, part_vector(), from);
  }
  void store(int from, const Memory& to, int v) {
    if (!is_part(v)) return assembler_.vector(code::store, from, 0, to);
    if (assembler_.isa() == Isa::avx512) return assembler_.masked(code::store, from, 0, to, kPart, false);
    assembler_.vector(code::store_some, from, part_vector(), to);
  }

  const TileShape& shape_;
  Assembler assembler_;
  int sets_ = 1;
};

}  // namespace

int lanes(Isa isa) { return vector_bytes(isa) / 4; }

int tallest(Isa isa, int vectors) { return (vector_registers(isa) - 1 - vectors) / vectors; }

std::vector<std::uint8_t> generate_tile(const TileShape& shape, Isa isa) {
  const int64_t farthest = 4 * std::max({(shape.rows + 1) * std::max(shape.a_row, shape.width),
                                         (kSteps + 1) * shape.a_step + shape.rows * shape.a_row,
                                         (kSteps + kAhead) * shape.b_step});
  if (farthest > std::numeric_limits<std::int32_t>::max()) return {};
  return Generator(shape, isa).run();
}

}  // namespace luge::cpu::matmul
