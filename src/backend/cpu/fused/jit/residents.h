// What stays where it is all along a loop: values in registers or in the frame, pointers, sums. Decided
// before anything is written, from how many registers the body of the loop needs for itself.
#pragma once

#include <optional>
#include <vector>

#include "backend/cpu/fused/jit/block.h"
#include "backend/cpu/fused/jit/frame.h"
#include "backend/cpu/fused/jit/registers.h"

namespace luge::cpu::fused::jit {

struct Residents {
  std::vector<int> pinned;                     // per value: a register it stays in, or -1
  std::vector<int> home;                       // per value: a vector of the frame it stays in, or -1
  std::vector<int> pointers;                   // per operand: the general register that points at it, or -1
  std::vector<std::vector<int>> accumulators;  // per reduction: registers
  int part_mask = -1;                          // AVX2: the register with the mask of a part of a vector
  int first_spill = 0;                         // vectors of the frame from here on are free
  int registers = 0;                           // how many vector registers there are
};

/// A block for one vector or several, and what stays where while it runs.
struct BodyPlan {
  Block block;
  Uses uses;
  Residents residents;
};

/// A block to be written as a loop.
struct LoopPlan {
  Isa isa;
  int vectors;       // that `several` computes
  BodyPlan one;      // for one vector
  BodyPlan several;  // for these vectors, operation by operation in turn

  int lanes() const { return vector_bytes(isa) / 4; }
  /// Vectors that a reduction keeps apart: the interpreter's 32 elements, or two strips of columns.
  int accumulators() const { return one.block.down_columns ? 2 : 32 / lanes(); }
  /// The value is an input of this kind.
  bool is_input(int value, BlockOperand::Kind kind) const;
};

/// Nothing where registers or the frame do not suffice, or the instruction set lacks what the block needs.
std::optional<LoopPlan> plan_loop(const Block& block, Isa isa, int vectors);

}  // namespace luge::cpu::fused::jit
