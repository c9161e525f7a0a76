// How generated code reads the registers of a plan: where they are, or where what was copied there comes
// from.
#pragma once

#include <map>
#include <optional>

#include "backend/cpu/fused/jit/block.h"
#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {

/// Generated code computes on these.
constexpr bool is_for_code(DType dtype) { return dtype == DType::f32 || dtype == DType::boolean; }

struct ResolvedOperand {
  jit::BlockOperand operand;
  bool by_rows = false;  // the code must run row by row
  std::optional<LoadStep>
      copied;  // the operand is the memory that this copies from, and needs a slot of its own
};

class SegmentOperands {
 public:
  SegmentOperands(const Plan& plan, jit::Isa isa) : plan_(plan), g_(plan.geometry), isa_(isa) {}

  /// Notes how a full slot is filled.
  void note(const Step& step);
  /// Nothing where generated code cannot read the slot. `level`: of the steps that read it.
  std::optional<ResolvedOperand> resolve(int slot, Level level) const;

 private:
  std::optional<ResolvedOperand> expanded(jit::BlockOperand operand, const ExpandStep& expand) const;
  ResolvedOperand loaded(const jit::BlockOperand& operand, const LoadStep& load) const;

  const Plan& plan_;
  const Geometry& g_;
  jit::Isa isa_;
  std::map<int, ExpandStep> expansions_;  // by the slot they fill
  std::map<int, LoadStep> loads_;
};

}  // namespace luge::cpu::fused
