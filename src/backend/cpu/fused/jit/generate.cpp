// The loops around a body: rows, whole vectors of a row, the part of one at its end.
#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "backend/cpu/fused/jit/body.h"
#include "backend/cpu/fused/jit/code.h"
#include "backend/cpu/x64/opcodes.h"

namespace luge::cpu::fused::jit {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

constexpr Gp kSlots = rdi, kRows = rsi, kColumns = rdx;  // as the call brings them; kSlots is free afterwards
constexpr Gp kPointers[] = {r8, r9, r10, r11, rbx, r12, r13, r14, r15};
constexpr Gp kSaved[] = {rbx, r12, r13, r14, r15};

std::uint32_t start_of(TileReduction reduction) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  switch (reduction) {
    case TileReduction::sum: return 0;
    case TileReduction::prod: return std::bit_cast<std::uint32_t>(1.0f);
    case TileReduction::max: return std::bit_cast<std::uint32_t>(-infinity);
    default: return std::bit_cast<std::uint32_t>(infinity);
  }
}

class Generator {
 public:
  Generator(const Block& block, Isa isa, int together)
      : block_(block),
        assembler_(isa),
        together_(together),
        wide_(interleaved(block, together_, shared_)),
        uses_(block),
        wide_uses_(wide_) {}

  std::vector<std::uint8_t> run() {
    if (block_.operands.size() > at(kFramePointers)) throw CannotWrite();
    surround();
    begin();
    block_.down_columns ? down_columns() : rows();
    end();
    return assembler_.finish();
  }

 private:
  bool is_avx2() const { return assembler_.isa() == Isa::avx2; }
  int lanes() const { return assembler_.vector_bytes() / 4; }
  /// Vectors a reduction keeps apart: the interpreter's 32 elements, or two strips of columns.
  int accumulators() const { return block_.down_columns ? 2 : 32 / lanes(); }

  const BlockOperand& operand_of(int value) const {
    return block_.operands[at(block_.operations[at(value)].a)];
  }
  bool is_kind(int value, BlockOperand::Kind kind) const {
    return block_.operations[at(value)].op == Op::input && operand_of(value).kind == kind;
  }

  void rows() {
    const auto next_row = assembler_.label();
    assembler_.place(next_row);
    enter_row();
    block_.reductions.empty() ? row() : reduced_row();
    leave_row();
    assembler_.add(kRows, -1);
    assembler_.jump(Assembler::If::not_equal, next_row);
  }

  // Decides what stays in a register all the time, by how many the body needs for itself.
  void surround() {
    const auto count = static_cast<int>(block_.operations.size());
    around_.pinned.assign(at(count), -1);
    around_.home.assign(at(count), -1);
    around_.pointers.assign(block_.operands.size(), -1);
    std::vector<int> standing;  // what could stay
    for (int value = 0; value < count; ++value) {
      if (!uses_.live(value)) continue;
      const bool row = is_kind(value, BlockOperand::Kind::row),
                 splat = is_kind(value, BlockOperand::Kind::splat);
      if (row || splat) around_.home[at(value)] = around_.first_spill++;
      if (row || splat || block_.operations[at(value)].op == Op::constant) standing.push_back(value);
    }
    if (around_.first_spill > kFrameVectors / 2) throw CannotWrite();
    int taken = 0;
    if (is_avx2()) around_.part_mask = taken++;
    for (std::size_t r = 0; r < block_.reductions.size(); ++r) {
      auto& list = around_.accumulators.emplace_back();
      for (int k = 0; k < accumulators(); ++k) list.push_back(taken++);
    }
    if (taken + 6 > assembler_.vector_registers()) throw CannotWrite();

    Assembler trial(assembler_.isa());
    around_.registers = 64;
    wide_around_ = around_;
    spread();
    Body body(trial, wide_, wide_uses_, wide_around_);
    body.write(false, 0, 0);
    const int room = assembler_.vector_registers() - body.peak() - 2;
    std::stable_sort(standing.begin(), standing.end(), [&](int a, int b) { return weight(a) > weight(b); });
    for (int k = 0; k < std::min(room, static_cast<int>(standing.size())); ++k) {
      const int value = standing[at(k)];
      around_.pinned[at(value)] = taken++;
    }
    around_.registers = assembler_.vector_registers();
    wide_around_ = around_;
    spread();
  }
  // The same places for the block of several vectors, whose values have other numbers.
  void spread() {
    wide_around_.pinned.assign(wide_.operations.size(), -1);
    wide_around_.home.assign(wide_.operations.size(), -1);
    for (std::size_t value = 0; value < shared_.size(); ++value) {
      if (shared_[value] < 0) continue;
      wide_around_.pinned[at(shared_[value])] = around_.pinned[value];
      wide_around_.home[at(shared_[value])] = around_.home[value];
    }
  }
  // What every row reads anew should not go through memory.
  int weight(int value) const {
    return uses_.count(value) + (is_kind(value, BlockOperand::Kind::row) ? 2 : 0);
  }

  void begin() {
    assembler_.push(rbp);
    assembler_.move(rbp, rsp);
    for (Gp reg : kSaved) assembler_.push(reg);
    assembler_.add(rsp, -kFrameBytes);
    assembler_.and_with(rsp, -64);
    std::size_t next = 0;
    for (int k = 0; k < static_cast<int>(block_.operands.size()); ++k) {
      const BlockOperand& operand = block_.operands[at(k)];
      if (operand.slot < 0) throw CannotWrite();
      const Memory slot{.base = kSlots, .displacement = operand.slot * 8};
      if (operand.kind == BlockOperand::Kind::array && next < std::size(kPointers)) {
        around_.pointers[at(k)] = kPointers[next];
        assembler_.load(kPointers[next++], slot);
      } else {
        assembler_.load(kScratch, slot);
        assembler_.store(frame_pointer(k), kScratch);
      }
    }
    for (int value = 0; value < static_cast<int>(block_.operations.size()); ++value) {
      if (!uses_.live(value)) continue;
      const int pinned = around_.pinned[at(value)];
      const Operation& operation = block_.operations[at(value)];
      if (operation.op == Op::constant && pinned >= 0) {
        assembler_.vector(code::load, pinned, 0, Memory{.constant = assembler_.constant(operation.bits)});
      }
      if (is_kind(value, BlockOperand::Kind::splat)) {
        assembler_.load(kScratch, frame_pointer(operation.a));
        settle(value, code::load);
      }
    }
    wide_around_.pointers = around_.pointers;
  }

  // Reads what kScratch points at into the value's register, or its home.
  void settle(int value, Opcode opcode) {
    const int pinned = around_.pinned[at(value)];
    const int to = pinned >= 0 ? pinned : assembler_.vector_registers() - 1;
    assembler_.vector(opcode, to, 0, Memory{.base = kScratch});
    if (pinned < 0) assembler_.vector(code::store, to, 0, frame_vector(around_.home[at(value)]));
  }

  void enter_row() {
    read_row_values();
    start_reductions();
    assembler_.set(kIndex, 0);
  }

  void read_row_values() {
    for (int value = 0; value < static_cast<int>(block_.operations.size()); ++value) {
      if (!uses_.live(value) || !is_kind(value, BlockOperand::Kind::row)) continue;
      assembler_.load(kScratch, frame_pointer(block_.operations[at(value)].a));
      settle(value, code::broadcast);
    }
  }

  void start_reductions() {
    for (std::size_t r = 0; r < block_.reductions.size(); ++r) {
      const Memory start{.constant = assembler_.constant(start_of(block_.reductions[r].reduction))};
      for (int reg : around_.accumulators[r]) assembler_.vector(code::load, reg, 0, start);
    }
  }

  void body(bool part, int ahead, int accumulator) {
    Body(assembler_, block_, uses_, around_).write(part, ahead, accumulator);
  }
  void bodies(int count) {
    int k = 0;
    for (; k + together_ <= count; k += together_) {
      Body(assembler_, wide_, wide_uses_, wide_around_).write(false, k, k);
    }
    for (; k < count; ++k) body(false, k, k);
  }

  // `count` whole vectors at a time, as often as the row has them.
  void whole_vectors(int count) {
    const auto loop = assembler_.label(), rest = assembler_.label();
    assembler_.place(loop);
    assembler_.address(kScratch, {.base = kIndex, .displacement = count * lanes()});
    assembler_.compare(kScratch, kColumns);
    assembler_.jump(Assembler::If::above, rest);
    bodies(count);
    assembler_.add(kIndex, count * lanes());
    assembler_.jump(Assembler::If::always, loop);
    assembler_.place(rest);
  }

  // Sets the mask of as many elements as are left, a vector at most; jumps when there are none.
  void part_mask(Assembler::Label when_none) {
    const auto clamped = assembler_.label();
    assembler_.move(kScratch, kColumns);
    assembler_.subtract(kScratch, kIndex);
    assembler_.jump(Assembler::If::below_equal, when_none);
    assembler_.compare(kScratch, lanes());
    assembler_.jump(Assembler::If::below_equal, clamped);
    assembler_.set(kScratch, lanes());
    assembler_.place(clamped);
    assembler_.move(kSlots, kIndex);
    assembler_.move(kIndex, kScratch);
    if (is_avx2()) {
      assembler_.set(kScratch, lanes());
      assembler_.subtract(kScratch, kIndex);
      assembler_.move(kIndex, kSlots);
      assembler_.address(kSlots, Memory{.constant = assembler_.ramp()});
      assembler_.vector(code::load, around_.part_mask, 0,
                        Memory{.base = kSlots, .index = kScratch, .scale = 4});
    } else {
      assembler_.set(kScratch, 1);
      assembler_.shift_left_by_cl(kScratch);
      assembler_.add(kScratch, -1);
      assembler_.move(kIndex, kSlots);
      assembler_.mask_op(code::mask_from_general, kPartMask, 0, kScratch, false);
    }
  }

  void row() {
    const std::size_t size = block_.operations.size();
    whole_vectors(size <= 6 ? 4 : 2);
    const auto rest = assembler_.label(), done = assembler_.label();
    assembler_.place(rest);
    part_mask(done);
    body(true, 0, 0);
    assembler_.add(kIndex, lanes());
    assembler_.jump(Assembler::If::always, rest);
    assembler_.place(done);
  }

  void reduced_row() {
    whole_vectors(accumulators());
    const auto done = assembler_.label();
    for (int k = 0; k < accumulators(); ++k) {
      part_mask(done);
      body(true, 0, k);
      assembler_.add(kIndex, lanes());
    }
    assembler_.place(done);
    for (std::size_t r = 0; r < block_.reductions.size(); ++r) finish(r);
  }

  // The accumulators meet in the tree of the interpreter's rows: halves, quarters and so on.
  void finish(std::size_t r) {
    const BlockReduction& reduction = block_.reductions[r];
    const std::vector<int>& sums = around_.accumulators[r];
    Body body(assembler_, block_, uses_, around_);
    const int other = body.reserve();
    for (std::size_t width = sums.size() / 2; width > 0; width /= 2) {
      for (std::size_t k = 0; k < width; ++k) body.join(reduction.reduction, sums[k], sums[k + width], false);
    }
    const int sum = sums[0];
    const auto fold = [&](Opcode opcode, int second, int immediate) {
      assembler_.vector(opcode, other, second, sum, immediate);
      body.join(reduction.reduction, sum, other, false);
    };
    if (is_avx2()) {
      fold(code::swap_halves, sum, 1);
    } else {
      fold(code::swap_parts, sum, 0x4E);
      fold(code::swap_parts, sum, 0xB1);
    }
    fold(code::permute, 0, 0x4E);
    fold(code::permute, 0, 0xB1);
    assembler_.load(kScratch, frame_pointer(reduction.operand));
    const Memory to{.base = kScratch};
    if (block_.operands[at(reduction.operand)].kind == BlockOperand::Kind::row) {
      assembler_.sized(code::store_one, Width::x128, sum, 0, to);
      return;
    }
    assembler_.sized(code::store_one, Width::x128, sum, 0, frame_vector(kFrameVectors - 1));
    assembler_.vector(code::broadcast, sum, 0, frame_vector(kFrameVectors - 1));
    for (std::int32_t bytes = 0; bytes < 64; bytes += assembler_.vector_bytes()) {
      assembler_.vector(code::store, sum, 0, Memory{.base = kScratch, .displacement = bytes});
    }
  }
  // Strips of columns, walked down the rows. Pointers start anew at every strip: they are kept in the frame.
  static constexpr int kFirst = kFramePointers / 2, kRowCount = kFramePointers - 1;
  static constexpr int kRowsTogether = 32;  // as many as the interpreter sums before they become f64

  void down_columns() {
    const auto count = static_cast<int>(block_.operands.size());
    if (count >= kFirst) throw CannotWrite();
    for (int k = 0; k < count; ++k) {
      const int held = around_.pointers[at(k)];
      if (held < 0) assembler_.load(kScratch, frame_pointer(k));
      assembler_.store(frame_pointer(kFirst + k), held < 0 ? kScratch : static_cast<Gp>(held));
    }
    assembler_.store(frame_pointer(kRowCount), kRows);
    assembler_.set(kIndex, 0);
    for (int strips : {2, 1}) {
      const auto loop = assembler_.label(), rest = assembler_.label();
      assembler_.place(loop);
      assembler_.address(kScratch, {.base = kIndex, .displacement = strips * lanes()});
      assembler_.compare(kScratch, kColumns);
      assembler_.jump(Assembler::If::above, rest);
      strip(strips, false);
      assembler_.add(kIndex, strips * lanes());
      assembler_.jump(Assembler::If::always, loop);
      assembler_.place(rest);
    }
    const auto done = assembler_.label();
    part_mask(done);
    strip(1, true);
    assembler_.place(done);
  }

  void strip(int count, bool part) {
    constexpr Gp together = kSlots;
    for (int k = 0; k < static_cast<int>(block_.operands.size()); ++k) {
      const int held = around_.pointers[at(k)];
      assembler_.load(held < 0 ? kScratch : static_cast<Gp>(held), frame_pointer(kFirst + k));
      if (held < 0) assembler_.store(frame_pointer(k), kScratch);
    }
    assembler_.load(kRows, frame_pointer(kRowCount));
    const auto block = assembler_.label(), row = assembler_.label(), last = assembler_.label();
    assembler_.place(block);
    start_reductions();
    assembler_.set(together, kRowsTogether);
    assembler_.place(row);
    read_row_values();
    part ? body(true, 0, 0) : bodies(count);
    leave_row();
    assembler_.add(kRows, -1);
    assembler_.jump(Assembler::If::equal, last);
    assembler_.add(together, -1);
    assembler_.jump(Assembler::If::not_equal, row);
    add_to_sums(count);
    assembler_.jump(Assembler::If::always, block);
    assembler_.place(last);
    add_to_sums(count);
  }

  // Behind the last column there is room for a whole vector.
  void add_to_sums(int count) {
    Body body(assembler_, block_, uses_, around_);
    const int half = body.reserve();
    const Width width = is_avx2() ? Width::x256 : Width::x512;
    for (std::size_t r = 0; r < block_.reductions.size(); ++r) {
      assembler_.load(kScratch, frame_pointer(kFirst + block_.reductions[r].operand));
      for (int k = 0; k < count; ++k) {
        const int sum = around_.accumulators[r][at(k)];
        for (int part = 0; part < 2; ++part) {
          const Memory to{.base = kScratch,
                          .index = kIndex,
                          .scale = 8,
                          .displacement = k * lanes() * 8 + part * assembler_.vector_bytes()};
          if (part == 1) {
            assembler_.sized(is_avx2() ? code::high_half_256 : code::high_half_512, width, sum, 0, half, 0,
                             false, 1);
          }
          assembler_.sized(code::to_double, width, half, 0, part == 0 ? sum : half);
          assembler_.sized(code::add_double, width, half, half, to);
          assembler_.sized(code::store_double, width, half, 0, to);
        }
      }
    }
  }

  void leave_row() {
    for (int k = 0; k < static_cast<int>(block_.operands.size()); ++k) {
      const BlockOperand& operand = block_.operands[at(k)];
      if (operand.pitch == 0 || operand.kind == BlockOperand::Kind::splat) continue;
      const auto pitch = static_cast<std::int32_t>(operand.pitch);
      if (around_.pointers[at(k)] >= 0) {
        assembler_.add(static_cast<Gp>(around_.pointers[at(k)]), pitch);
      } else {
        assembler_.add(frame_pointer(k), pitch);
      }
    }
  }

  void end() {
    assembler_.address(rsp, {.base = rbp, .displacement = -8 * static_cast<std::int32_t>(std::size(kSaved))});
    for (std::size_t k = std::size(kSaved); k-- > 0;) assembler_.pop(kSaved[k]);
    assembler_.pop(rbp);
    assembler_.leave_and_return();
  }

  const Block& block_;
  Assembler assembler_;
  int together_;
  std::vector<int> shared_;
  Block wide_;
  Uses uses_, wide_uses_;
  Surroundings around_, wide_around_;
};

}  // namespace

// Long chains of operations are written for two vectors in turn: one alone would wait for itself. Where that
// takes too many registers, one has to do.
std::vector<std::uint8_t> generate(const Block& block, Isa isa) {
  const bool long_chain = block.down_columns || block.operations.size() > 3;
  for (int together = long_chain ? 2 : 1; together > 0; --together) {
    try {
      return Generator(block, isa, together).run();
    } catch (const CannotWrite&) {
    }
  }
  return {};
}

}  // namespace luge::cpu::fused::jit
