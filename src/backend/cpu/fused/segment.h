// A run of steps over the same elements, on its way to be one loop of generated code.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "backend/cpu/fused/jit/block.h"
#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {

/// The steps so far, and everything that the plan gets with their code. Until then nothing of it is in the
/// plan: dropping the segment drops all of it. Its new slots have the numbers after the plan's last one.
struct Segment {
  explicit Segment(const Plan& plan) : first_slot(static_cast<int>(plan.slots.size())) {}

  jit::Block block;
  bool by_rows = false;
  std::vector<Step> steps;    // that the code replaces
  std::map<int, int> values;  // slot → the value of the block that these steps compute for it

  int first_slot;
  std::vector<Slot> slots;
  std::map<int, int> pointers;            // slot of a load → the new slot that points at the same memory
  std::vector<PointInputStep> inputs;     // what sets those
  std::vector<ReduceStep> reductions;     // take up results after the code
  std::vector<std::pair<int, int>> sums;  // reduction, and the new slot that points at its sums
  std::vector<PointOutputStep> outputs;   // where bf16 results go, instead of being stored

  bool computes() const { return !values.empty() || !block.reductions.empty(); }
  int add_slot(const Slot& slot) {
    slots.push_back(slot);
    return first_slot + static_cast<int>(slots.size()) - 1;
  }
  int add_operand(const jit::BlockOperand& operand) {
    block.operands.push_back(operand);
    return static_cast<int>(block.operands.size()) - 1;
  }
};

}  // namespace luge::cpu::fused
