#include "backend/cpu/fused/jit/loop.h"

#include <bit>
#include <iterator>
#include <limits>

#include "backend/cpu/x64/opcodes.h"

namespace luge::cpu::fused::jit {
namespace {

using Kind = BlockOperand::Kind;

// What a reduction of nothing is.
std::uint32_t identity_of(TileReduction reduction) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  switch (reduction) {
    case TileReduction::sum: return 0;
    case TileReduction::prod: return std::bit_cast<std::uint32_t>(1.0f);
    case TileReduction::max: return std::bit_cast<std::uint32_t>(-infinity);
    case TileReduction::min: return std::bit_cast<std::uint32_t>(infinity);
  }
  return 0;
}

}  // namespace

LoopWriter::LoopWriter(const LoopPlan& plan)
    : plan_(plan), residents_(plan.one.residents), assembler_(plan.isa) {}

void LoopWriter::begin() {
  assembler_.push(rbp);
  assembler_.move(rbp, rsp);
  for (Gp reg : kSaved) assembler_.push(reg);
  assembler_.add(rsp, -kFrameBytes);
  assembler_.and_with(rsp, -64);
  load_pointers();
  for (int value = 0; value < static_cast<int>(block().operations.size()); ++value) {
    if (!plan_.one.uses.live(value)) continue;
    const int pinned = residents_.pinned[at(value)];
    const Operation& operation = block().operations[at(value)];
    if (operation.op == Op::constant && pinned >= 0) {
      assembler_.vector(code::load, pinned, 0, Memory{.constant = assembler_.constant(operation.bits)});
    }
    if (plan_.is_input(value, Kind::splat)) {
      assembler_.load(kScratch, frame_pointer(operation.a));
      settle(value, code::load);
    }
  }
}

void LoopWriter::load_pointers() {
  for (int k = 0; k < static_cast<int>(block().operands.size()); ++k) {
    const Memory slot{.base = kSlots, .displacement = block().operands[at(k)].slot * 8};
    if (pointer(k) >= 0) {
      assembler_.load(static_cast<Gp>(pointer(k)), slot);
    } else {
      assembler_.load(kScratch, slot);
      assembler_.store(frame_pointer(k), kScratch);
    }
  }
}

// Reads what kScratch points at into the value's register, or its home.
void LoopWriter::settle(int value, Opcode opcode) {
  const int pinned = residents_.pinned[at(value)];
  const int to = pinned >= 0 ? pinned : assembler_.vector_registers() - 1;
  assembler_.vector(opcode, to, 0, Memory{.base = kScratch});
  if (pinned < 0) assembler_.vector(code::store, to, 0, frame_vector(residents_.home[at(value)]));
}

void LoopWriter::read_row_values() {
  for (int value = 0; value < static_cast<int>(block().operations.size()); ++value) {
    if (!plan_.one.uses.live(value) || !plan_.is_input(value, Kind::row)) continue;
    assembler_.load(kScratch, frame_pointer(block().operations[at(value)].a));
    settle(value, code::broadcast);
  }
}

void LoopWriter::start_reductions() {
  for (std::size_t r = 0; r < block().reductions.size(); ++r) {
    const Memory identity{.constant = assembler_.constant(identity_of(block().reductions[r].reduction))};
    for (int reg : residents_.accumulators[r]) assembler_.vector(code::load, reg, 0, identity);
  }
}

void LoopWriter::leave_row() {
  for (int k = 0; k < static_cast<int>(block().operands.size()); ++k) {
    const BlockOperand& operand = block().operands[at(k)];
    if (operand.pitch == 0 || operand.kind == Kind::splat) continue;
    const auto pitch = static_cast<std::int32_t>(operand.pitch);
    if (pointer(k) >= 0) {
      assembler_.add(static_cast<Gp>(pointer(k)), pitch);
    } else {
      assembler_.add(frame_pointer(k), pitch);
    }
  }
}

// Shifts count in rcx, which is kIndex: it is kept in kSlots meanwhile.
void LoopWriter::set_part_mask(Assembler::Label when_none) {
  const auto clamped = assembler_.label();
  assembler_.move(kScratch, kColumns);
  assembler_.subtract(kScratch, kIndex);
  assembler_.jump(Assembler::If::below_equal, when_none);
  assembler_.compare(kScratch, lanes());
  assembler_.jump(Assembler::If::below_equal, clamped);
  assembler_.set(kScratch, lanes());
  assembler_.bind(clamped);
  assembler_.move(kSlots, kIndex);
  assembler_.move(kIndex, kScratch);
  if (plan_.isa == Isa::avx2) {
    assembler_.set(kScratch, lanes());
    assembler_.subtract(kScratch, kIndex);
    assembler_.move(kIndex, kSlots);
    assembler_.address(kSlots, Memory{.constant = assembler_.ramp()});
    assembler_.vector(code::load, residents_.part_mask, 0,
                      Memory{.base = kSlots, .index = kScratch, .scale = 4});
  } else {
    assembler_.set(kScratch, 1);
    assembler_.shift_left_by_cl(kScratch);
    assembler_.add(kScratch, -1);
    assembler_.move(kIndex, kSlots);
    assembler_.mask_op(code::mask_from_general, kPartMask, 0, kScratch, false);
  }
}

void LoopWriter::end() {
  assembler_.address(rsp, {.base = rbp, .displacement = -8 * static_cast<std::int32_t>(std::size(kSaved))});
  for (std::size_t k = std::size(kSaved); k-- > 0;) assembler_.pop(kSaved[k]);
  assembler_.pop(rbp);
  assembler_.leave_and_return();
}

}  // namespace luge::cpu::fused::jit
