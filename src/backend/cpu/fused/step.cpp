#include "backend/cpu/fused/step.h"

#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {
namespace {

using Slots = std::span<const int>;
Slots one(const int& slot) { return {&slot, 1}; }

}  // namespace

Slots slots_read(const Plan& plan, const Step& step) {
  return std::visit(
      Overloaded{
          [](const LoadStep&) { return Slots(); }, [](const PointInputStep&) { return Slots(); },
          [](const PointOutputStep&) { return Slots(); }, [](const SplatInputStep&) { return Slots(); },
          [](const SplatConstantStep&) { return Slots(); }, [](const RandomStep&) { return Slots(); },
          [](const ExpandStep& expand) { return one(expand.in); },
          [](const MapStep& map) { return Slots(map.in).first(static_cast<std::size_t>(map.operands)); },
          [](const RoundStep& round) { return one(round.slot); },
          [](const ReduceStep& reduce) { return one(reduce.in); },
          [](const StoreStep& store) { return one(store.in); },
          [&](const CodeStep& run) { return Slots(plan.codes[static_cast<std::size_t>(run.code)].reads); }},
      step);
}

Slots slots_written(const Plan& plan, const Step& step) {
  return std::visit(Overloaded{[](const LoadStep& load) { return one(load.out); },
                               [](const PointInputStep& point) { return one(point.out); },
                               [](const PointOutputStep& point) { return one(point.out); },
                               [](const SplatInputStep& splat) { return one(splat.out); },
                               [](const SplatConstantStep& splat) { return one(splat.out); },
                               [](const RandomStep& random) { return one(random.out); },
                               [](const ExpandStep& expand) { return one(expand.out); },
                               [](const MapStep& map) { return one(map.out); },
                               [](const RoundStep& round) { return one(round.slot); },
                               [&](const ReduceStep& reduce) {
                                 return one(plan.reductions[static_cast<std::size_t>(reduce.reduction)].slot);
                               },
                               [](const StoreStep&) { return Slots(); },
                               [&](const CodeStep& run) {
                                 return Slots(plan.codes[static_cast<std::size_t>(run.code)].writes);
                               }},
                    step);
}

int input_of(const Step& step) {
  return std::visit(
      Overloaded{[](const LoadStep& load) { return load.input; },
                 [](const PointInputStep& point) { return point.input; },
                 [](const SplatInputStep& splat) { return splat.input; },
                 [](const RandomStep& random) { return random.key; },
                 [](const PointOutputStep&) { return -1; }, [](const SplatConstantStep&) { return -1; },
                 [](const ExpandStep&) { return -1; }, [](const MapStep&) { return -1; },
                 [](const RoundStep&) { return -1; }, [](const ReduceStep&) { return -1; },
                 [](const StoreStep&) { return -1; }, [](const CodeStep&) { return -1; }},
      step);
}

bool prepares(const Step& step) {
  return std::visit(
      Overloaded{[](const LoadStep&) { return true; }, [](const PointInputStep&) { return true; },
                 [](const SplatInputStep&) { return true; }, [](const SplatConstantStep&) { return true; },
                 [](const RandomStep&) { return true; }, [](const ExpandStep&) { return true; },
                 [](const PointOutputStep&) { return false; }, [](const MapStep&) { return false; },
                 [](const RoundStep&) { return false; }, [](const ReduceStep&) { return false; },
                 [](const StoreStep&) { return false; }, [](const CodeStep&) { return false; }},
      step);
}

}  // namespace luge::cpu::fused
