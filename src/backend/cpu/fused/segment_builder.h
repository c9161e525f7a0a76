// Takes steps into a segment, one after the other.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "backend/cpu/fused/segment.h"
#include "backend/cpu/fused/segment_operands.h"

namespace luge::cpu::fused {

class SegmentBuilder {
 public:
  SegmentBuilder(const Plan& plan, jit::Isa isa)
      : plan_(plan), g_(plan.geometry), operands_(plan, isa), segment_(plan) {}

  /// Begins with steps of a level. `prepared`: those that fill registers for the others.
  void begin(Level level, std::span<const Step> prepared);
  /// False, and nothing is taken, when the step is not for generated code, or not for the same loop.
  bool take(const Step& step);
  /// The segment so far; what is taken from now on is another one.
  Segment finish();
  /// The slots of a segment are in the plan: later ones use its pointers.
  void keep_pointers(const Segment& segment);

 private:
  /// Operands of a step; nothing is changed before it is clear that the step is taken.
  using Sources = std::vector<std::optional<ResolvedOperand>>;
  bool resolve(std::span<const int> slots, bool reduces, Sources& sources) const;
  bool take_map(const MapStep& map);
  bool take_round(const RoundStep& round);
  bool take_reduction(const ReduceStep& reduce);
  int value(int slot, const std::optional<ResolvedOperand>& source);
  int pointer(const LoadStep& load);
  jit::BlockOperand result_of(const ReduceStep& reduce);

  const Slot& slot(int index) const { return plan_.slots[static_cast<std::size_t>(index)]; }
  const PlanReduction& reduction(const ReduceStep& reduce) const {
    return plan_.reductions[static_cast<std::size_t>(reduce.reduction)];
  }

  const Plan& plan_;
  const Geometry& g_;
  SegmentOperands operands_;
  Level level_ = Level::full;
  Segment segment_;
  std::map<int, int> pointers_;  // of segments that are in the plan
};

}  // namespace luge::cpu::fused
