#include "backend/cpu/fused/segment_builder.h"

#include <array>
#include <utility>

namespace luge::cpu::fused {

using jit::BlockOperand;

void SegmentBuilder::begin(Level level, std::span<const Step> prepared) {
  level_ = level;
  if (level != Level::full) return;
  for (const Step& step : prepared) operands_.note(step);
}

Segment SegmentBuilder::finish() { return std::exchange(segment_, Segment(plan_)); }

void SegmentBuilder::keep_pointers(const Segment& segment) {
  pointers_.insert(segment.pointers.begin(), segment.pointers.end());
}

bool SegmentBuilder::take(const Step& step) {
  if (!segment_.computes()) segment_ = Segment(plan_);  // the one before has added its slots to the plan
  const bool taken = std::visit(
      Overloaded{[&](const MapStep& map) { return take_map(map); },
                 [&](const RoundStep& round) { return take_round(round); },
                 [&](const ReduceStep& reduce) { return take_reduction(reduce); },
                 [](const LoadStep&) { return false; }, [](const PointInputStep&) { return false; },
                 [](const PointOutputStep&) { return false; }, [](const SplatInputStep&) { return false; },
                 [](const SplatConstantStep&) { return false; }, [](const ExpandStep&) { return false; },
                 [](const RandomStep&) { return false; }, [](const StoreStep&) { return false; },
                 [](const CodeStep&) { return false; }},
      step);
  if (taken) segment_.steps.push_back(step);
  return taken;
}

// Of values that the segment computes itself there is nothing to resolve.
bool SegmentBuilder::resolve(std::span<const int> slots, bool reduces, Sources& sources) const {
  bool by_rows = segment_.by_rows;
  for (int slot : slots) {
    std::optional<ResolvedOperand>& source = sources.emplace_back();
    if (segment_.values.contains(slot)) continue;
    source = operands_.resolve(slot, level_);
    if (!source) return false;
    by_rows |= source->by_rows;
  }
  // Sums of a whole tile are those of one row.
  const bool sums = reduces || !segment_.block.reductions.empty();
  return !(g_.walk == Walk::long_rows && by_rows && sums);
}

bool SegmentBuilder::take_map(const MapStep& map) {
  if (!is_for_code(map.from) || !is_for_code(map.to) || !jit::can_expand(map.instruction, map.from, map.to))
    return false;
  const auto slots = std::span(map.in).first(static_cast<std::size_t>(map.operands));
  Sources sources;
  if (!resolve(slots, false, sources)) return false;
  std::array<int, 3> values = {-1, -1, -1};
  for (std::size_t k = 0; k < slots.size(); ++k) values[k] = value(slots[k], sources[k]);
  segment_.values[map.out] = jit::expand(segment_.block, map.instruction, map.from, map.to, values.data());
  return true;
}

bool SegmentBuilder::take_round(const RoundStep& round) {
  Sources sources;
  if (round.dtype != DType::bf16 || !resolve({&round.slot, 1}, false, sources)) return false;
  const int from = value(round.slot, sources[0]);
  segment_.values[round.slot] = jit::round_to_bf16(segment_.block, from);
  return true;
}

bool SegmentBuilder::take_reduction(const ReduceStep& reduce) {
  const PlanReduction& reduction = this->reduction(reduce);
  if (slot(reduce.in).advance == 0 || slot(reduce.in).type != DType::f32 ||
      slot(reduction.slot).type != DType::f32 ||
      (g_.walk == Walk::columns && reduction.reduction != TileReduction::sum)) {
    return false;
  }
  Sources sources;
  if (!resolve({&reduce.in, 1}, true, sources)) return false;
  const int from = value(reduce.in, sources[0]);
  const int operand = segment_.add_operand(result_of(reduce));
  const int list = static_cast<int>(segment_.block.reductions.size());
  segment_.block.reductions.push_back({reduction.reduction, from, operand, list});
  return true;
}

// Where a reduction's result goes: to its slot, or to what collects those of many tiles.
BlockOperand SegmentBuilder::result_of(const ReduceStep& reduce) {
  if (g_.walk == Walk::rows) {
    segment_.by_rows = true;
    const int slot = reduction(reduce).slot;
    if (g_.kept == KeptExtent::one) return {.kind = BlockOperand::Kind::splat, .slot = slot};
    return {.kind = BlockOperand::Kind::row, .slot = slot, .pitch = 4};
  }
  Slot between;
  if (g_.walk == Walk::columns) {
    segment_.by_rows = segment_.block.down_columns = true;
    between.pointed = true;
    const int slot = segment_.add_slot(between);
    segment_.sums.emplace_back(reduce.reduction, slot);
    return {.kind = BlockOperand::Kind::splat, .slot = slot};
  }
  between.advance = 0;
  const int slot = segment_.add_slot(between);
  segment_.reductions.push_back({reduce.reduction, slot, Level::scalar});
  return {.kind = BlockOperand::Kind::splat, .slot = slot};
}

int SegmentBuilder::value(int slot, const std::optional<ResolvedOperand>& source) {
  if (!source) return segment_.values.at(slot);
  BlockOperand operand = source->operand;
  if (source->copied) operand.slot = pointer(*source->copied);
  segment_.by_rows |= source->by_rows;
  return segment_.block.push({.op = jit::Op::input, .a = segment_.block.operand(operand)});
}

// The slot that points at the memory which a load copies.
int SegmentBuilder::pointer(const LoadStep& load) {
  if (const auto found = pointers_.find(load.out); found != pointers_.end()) return found->second;
  const auto [found, is_new] = segment_.pointers.try_emplace(load.out, 0);
  if (is_new) {
    Slot pointed = slot(load.out);
    pointed.pointed = true;
    found->second = segment_.add_slot(pointed);
    segment_.inputs.push_back({load.input, found->second, load.level});
  }
  return found->second;
}

}  // namespace luge::cpu::fused
