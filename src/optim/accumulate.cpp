// Gradients that are accumulated over several batches and used by one step.
#include <fmt/format.h>

#include <utility>

#include "graph/expand.h"
#include "graph/moved_state.h"
#include "luge/all_or_nothing.h"
#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "optim/optimizer_state.h"
#include "runtime/eval.h"

namespace luge::optim {

// Begins as zeros, outside of what is being recorded.
Variable& Optimizer::State::accumulated(Tracked& each) const {
  if (!each.accumulated) {
    const OutsideTrace outside;
    each.accumulated =
        Variable(zeros(each.parameter.shape(), accumulator(each.parameter.dtype())),
                 fmt::format("{}/{}", each.parameter.name(), kAccumulatedSlot), {.trainable = false});
  }
  return *each.accumulated;
}

void Optimizer::State::check_weighed(bool with_weight) const {
  if (!accumulates || is_weighed.value_or(with_weight) == with_weight) return;
  throw ValueError(fmt::format(
      "optimizer: gradients were accumulated {} weight, these come {} one; give all of them one or none",
      *is_weighed ? "with a" : "without", with_weight ? "with" : "without"));
}

void Optimizer::State::add_accumulated(const Variables& parameters, Tensors& gradients,
                                       const Tensor& weight) {
  for (std::size_t k = 0; accumulates && k < parameters.size(); ++k) {
    const bool waits = find(parameters[k])->has_accumulated && parameters[k].trainable();
    if (!gradients[k].defined() && waits)
      gradients[k] = zeros(parameters[k].shape(), accumulator(parameters[k].dtype()));
  }
  Tensor share;
  if (weight.defined()) {
    Tensor weights = cast(weight, f64);
    if (accumulates) weights = weights + accumulated_weight->value();
    share = where(greater(weights, 0), 1 / weights, 0);
  }
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (!gradients[k].defined()) continue;
    gradients[k] = cast(gradients[k], accumulator(gradients[k].dtype()));
    if (!parameters[k].trainable()) continue;
    if (accumulates) gradients[k] = gradients[k] + accumulated(*find(parameters[k])).value();
    if (share.defined()) gradients[k] = gradients[k] * cast(share, gradients[k].dtype());
  }
}

void Optimizer::accumulate_gradients() const {
  check_updates("accumulate_gradients");
  state_->accumulates = true;
  if (!state_->accumulated_weight) {
    state_->accumulated_weight =
        Variable(scalar(0.0, f64), std::string(kAccumulatedWeight), {.trainable = false});
  }
}

void Optimizer::accumulate(const std::vector<nn::NamedVariable>& parameters, Tensors gradients,
                           const Tensor& weight) const {
  Attempt attempt(state_);
  track(parameters);
  if (!state_->accumulates) throw StateError("optimizer: accumulate: call accumulate_gradients() first");
  const Variables variables = variables_of(parameters);
  check(variables, gradients);
  state_->check_weighed(weight.defined());
  MovesOfStep moves(gradients);
  const Variable& sum_of_weights = *state_->accumulated_weight;
  Tensor weights = sum_of_weights.value();
  if (weight.defined()) weights = weights + cast(weight, f64);
  Updates updates = {{sum_of_weights, guarded(weights, variables, gradients, {})}};
  for (std::size_t k = 0; k < variables.size(); ++k) {
    if (!gradients[k].defined() || !variables[k].trainable()) continue;
    State::Tracked& tracked = *state_->find(variables[k]);
    tracked.has_accumulated = true;
    Variable& sum = state_->accumulated(tracked);
    updates.emplace_back(sum, sum.value() + cast(std::exchange(gradients[k], Tensor()), sum.dtype()));
  }
  try {
    assign_and_evaluate(updates);
  } catch (...) {  // running statistics are a part of the step
    moves.take_back();
    throw;
  }
  state_->is_weighed = weight.defined();
  attempt.finish();
}

void Optimizer::forget_accumulated() const {
  AllOrNothing assigned;
  if (state_->accumulated_weight) state_->accumulated_weight->assign(scalar(0.0, f64));
  for (State::Tracked& tracked : state_->tracked) {
    if (tracked.accumulated)
      tracked.accumulated->assign(zeros(tracked.parameter.shape(), tracked.accumulated->dtype()));
  }
  assigned.keep();
  state_->is_weighed.reset();
}

}  // namespace luge::optim
