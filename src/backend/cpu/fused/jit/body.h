// Writes the operations of a block for one vector of elements.
#pragma once

#include <vector>

#include "backend/cpu/fused/jit/block.h"
#include "backend/cpu/fused/jit/registers.h"
#include "backend/cpu/x64/assembler.h"

namespace luge::cpu::fused::jit {

using x64::Operand;  // of an instruction, not of an expression

/// Where things are all along a row.
struct Surroundings {
  std::vector<int> pinned;                     // per value: a register it stays in, or -1
  std::vector<int> home;                       // per value: a vector of the frame it stays in, or -1
  std::vector<int> pointers;                   // per operand: the general register that points at it, or -1
  std::vector<std::vector<int>> accumulators;  // per reduction: registers
  int part_mask = -1;                          // AVX2: the register with the mask of a part of a vector
  int first_spill = 0;                         // vectors of the frame from here on are free
  int registers = 0;
};

inline constexpr int kFrameVectors = 48, kFramePointers = 64;
inline constexpr std::int32_t kFrameBytes = kFrameVectors * 64 + kFramePointers * 8;
inline constexpr int kPartMask = 1;  // AVX-512: the mask register of a part of a vector
inline constexpr Gp kIndex = rcx, kScratch = rax;

inline Memory frame_vector(int index) { return {.base = rsp, .displacement = index * 64}; }
inline Memory frame_pointer(int operand) {
  return {.base = rsp, .displacement = kFrameVectors * 64 + operand * 8};
}

/// Thrown where a block needs more registers than there are, more of the frame, or instructions that the
/// instruction set lacks: it stays with the interpreter.
struct CannotWrite {};

class Body {
 public:
  Body(Assembler& assembler, const Block& block, const Uses& uses, const Surroundings& around);
  /// From `ahead` vectors behind the index on, or the part of a vector that the mask gives; reductions go to
  /// the accumulators from that number on. Throws CannotWrite.
  void write(bool part, int ahead, int accumulator);
  int peak() const { return vectors_.peak(); }
  /// A register for the caller.
  int reserve();

  /// sum = sum and `from` together (registers), for all elements or those of the part.
  void join(TileReduction reduction, int sum, int from, bool part);

 private:
  void operation(int value);
  void input(int value);
  void multiply_add(int value);
  void select(int value);
  void keep(int value);
  void compare(int value);
  void mask_logic(int value);
  void two(Opcode opcode, int value, bool commutes);
  void one(Opcode opcode, int value, int immediate = -1);
  void store_output(const Block::Output& output);

  const Operation& of(int value) const { return block_.operations[static_cast<std::size_t>(value)]; }
  bool wide_masks() const { return assembler_.isa() == Isa::avx512; }
  bool in_mask_register(int value) const { return wide_masks() && block_.is_mask(value); }
  bool is_array(int value) const;
  bool has_home(int value) const;
  bool dies(int value) const { return uses_.next(value, position_) == Uses::never; }
  int reg(int value);               // brings the value into a register, locked until the operation is written
  Operand operand(int value);       // the same, or memory it can be read from
  bool in_memory(int value) const;  // operand() would give memory
  void done(int value);             // frees its register after the last use
  int result(int value);            // a register for the operation's result
  int acquire();
  int acquire_mask();
  void evict(int reg);
  void load(int value, int to);
  Memory place(int operand, int ahead);  // of an array's elements

  Assembler& assembler_;
  const Block& block_;
  const Uses& uses_;
  const Surroundings& around_;
  RegisterFile vectors_, masks_;
  std::vector<int> spills_;  // per value: a vector of the frame, or -1
  std::vector<int> locked_;
  int next_spill_ = 0;
  int position_ = 0, ahead_ = 0;
  bool part_ = false, storing_ = false;
};

}  // namespace luge::cpu::fused::jit
