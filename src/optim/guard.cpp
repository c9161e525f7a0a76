// What a step of an optimizer is refused for before anything is written.
#include <fmt/format.h>

#include <algorithm>

#include "graph/moved_state.h"
#include "graph/trace.h"
#include "luge/ops/check.h"
#include "luge/optim/optimizer.h"
#include "optim/optimizer_state.h"

namespace luge::optim {
namespace {

// `step`, unless what moves running statistics, noted by layers on the way to the loss, is not finite.
Tensor with_watched(Tensor step) {
  const auto label = [](const std::string& name) {
    return fmt::format("what moves '{}' (the inputs of its layer are too large: scale the data)", name);
  };
  if (!values_come_later()) {  // the networks have moved them already
    Tensors values;
    std::vector<std::string> labels;
    const MovesOfStep* moved = MovesOfStep::now();
    for (const MovesOfStep::Move& move : moved ? moved->moves() : std::vector<MovesOfStep::Move>()) {
      const std::shared_ptr<Slot> slot = move.slot.lock();
      if (!slot || !is_floating(slot->type.dtype)) continue;
      values.push_back(slot->current);
      labels.push_back(label(slot->name));
    }
    return values.empty() ? step : guard_finite(step, values, labels);
  }
  for (const double times : {1.0, 2.0}) {
    Tensors values;
    std::vector<std::string> labels;
    for (const Trace::Watched& watched : current_trace()->watched) {
      if (watched.times != times) continue;
      values.push_back(watched.value);
      labels.push_back(label(watched.name));
    }
    if (!values.empty()) step = guard_finite(step, values, labels, scalar(times, f64));
  }
  return step;
}

// What an element of a gradient is at most when the step along it is taken; 0: nothing limits it.
double most_after_clipping(const OptimizerOptions& options) {
  double most = 0;
  for (const double limit : {options.clip_value, options.clip_norm, options.clip_global_norm}) {
    if (limit > 0) most = most > 0 ? std::min(most, limit) : limit;
  }
  return most;
}

}  // namespace

// `next`, which the step writes in any case, unless something else that it writes is not finite.
Tensor Optimizer::guarded(const Tensor& next, const Variables& parameters, const Tensors& gradients,
                          const Tensor& rate) const {
  const OptimizerOptions& options = state_->options;
  if (!options.check_finite) return next;
  Tensors values;
  std::vector<std::string> labels;
  const Rule::GradientSum sum = state_->rule->gradient_sum();
  StepToGuard step{
      .rate = rate, .values = {}, .sums = {}, .times = sum.times, .limit = most_after_clipping(options)};
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (!gradients[k].defined() || !parameters[k].trainable()) continue;
    const State::Tracked& tracked = *state_->find(parameters[k]);
    values.push_back(gradients[k]);
    labels.push_back(fmt::format("the gradient of '{}'", tracked.path));
    step.values.push_back(tracked.parameter.value());
    for (const Slots::Entry& entry : tracked.slots) {
      if (entry.name == sum.slot) step.sums.push_back(entry.variable.value());
    }
  }
  if (!rate.defined()) return with_watched(guard_finite(next, values, labels));
  if (step.sums.size() != values.size()) step.sums.clear();  // a first step, before which all sums are 0
  return with_watched(guard_step(guard_finite(next, {rate}, {"the learning rate"}), values, labels, step));
}

}  // namespace luge::optim
