// One step: gradients are summed, clipped and checked, then the rule gives new parameters and slots, and all
// are written together.
#include <utility>

#include "graph/expand.h"
#include "graph/moved_state.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "optim/clip.h"
#include "optim/optimizer_state.h"
#include "runtime/eval.h"

namespace luge::optim {

// The slopes of the penalties on a parameter.
Tensor Optimizer::State::penalized(const Tracked& own, const Tensor& w, Tensor gradient) const {
  const double decay = own.decay(options);
  if (decay > 0 && options.decay == Decay::gradient) gradient = gradient + decay * w;
  for (const Regularizer& each : options.regularizers) {
    if (each.selection().holds(own.path, w.shape())) gradient = gradient + each.slope(w);
  }
  return gradient;
}

void Optimizer::State::update(Tracked& own, Tensor gradient, const Rate& rate, Slots::Shared& shared,
                              Updates& updates) {
  const DType dtype = accumulator(own.parameter.dtype());
  const bool common = !own.group.rate_factor && dtype == rate.common.dtype();
  const Tensor own_rate = common ? rate.common : cast(rate.exact * own.group.rate_factor.value_or(1), dtype);
  const double decay = own.decay(options);
  Slots slots(own.parameter, own.slots, own_rate, shared, options.decay == Decay::by_rule ? decay : 0);
  const Tensor w = exact_value(own.parameter, slots);
  Tensor next = rule->update(w, penalized(own, w, std::move(gradient)), slots);
  if (decay > 0 && options.decay == Decay::decoupled) next = next - own_rate * decay * w;
  for (const Constraint& each : options.constraints) {
    if (each.selection().holds(own.path, w.shape())) next = each(next);
  }
  if (dtype != own.parameter.dtype()) slots.exact() = next;
  updates.emplace_back(own.parameter, cast(next, own.parameter.dtype()));
  next = {};
  if (accumulates) updates.emplace_back(*own.accumulated, zeros(w.shape(), dtype));
  for (Slots::Entry& entry : own.slots) {
    if (entry.value.defined()) updates.emplace_back(entry.variable, std::exchange(entry.value, Tensor()));
  }
}

void Optimizer::step(const std::vector<nn::NamedVariable>& parameters, Tensors gradients,
                     const Tensor& weight) const {
  Attempt attempt(state_);
  track(parameters);
  step(variables_of(parameters), std::move(gradients), weight);
  attempt.finish();
}

void Optimizer::step(const Variables& parameters, Tensors gradients, const Tensor& weight) const {
  check_updates("step");
  Attempt attempt(state_);
  check(parameters, gradients);
  State& state = *state_;
  read_mode(state.settings);
  state.check_weighed(weight.defined());
  MovesOfStep moves(gradients);
  state.add_accumulated(parameters, gradients, weight);
  Tensors checked = gradients;
  clip(gradients, state.options);

  const State::NoSlotValues none_left(state);
  const Tensor before = cast(state.step.value(), f64);
  Tensor rate = state.learning_rate.value();
  if (!state.options.schedule.is_constant()) rate = rate * state.options.schedule.factor(before);
  Slots::Shared shared{before + 1, {}};
  const Tensor common_rate = cast(rate, parameters.empty() ? f32 : accumulator(parameters[0].dtype()));
  Updates updates = {{state.step, guarded(state.step.value() + 1, parameters, checked, common_rate)}};
  checked.clear();  // no handle keeps a gradient alive while the step runs
  if (state.accumulates) updates.emplace_back(*state.accumulated_weight, scalar(0.0, f64));
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (!gradients[k].defined() || !parameters[k].trainable()) continue;
    state.update(*state.find(parameters[k]), std::move(gradients[k]), {rate, common_rate}, shared, updates);
  }
  try {
    assign_and_evaluate(updates);
  } catch (...) {  // running statistics are a part of the step
    moves.take_back();
    throw;
  }
  attempt.finish();
}

}  // namespace luge::optim
