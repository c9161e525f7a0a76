// Which parameters an optimizer tracks, and their slots before the first step.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/nearest.h"
#include "graph/expand.h"
#include "luge/error.h"
#include "luge/nn/matches.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "optim/optimizer_state.h"

namespace luge::optim {
namespace {

void check_gradient(const Variable& parameter, const Tensor& gradient) {
  const DType dtype = gradient.dtype();
  const bool fits = dtype == parameter.dtype() || dtype == accumulator(parameter.dtype());
  if (fits && gradient.shape() == parameter.shape()) return;
  throw ShapeError(fmt::format("optimizer: the gradient of '{}' is {} {}, the parameter is {} {}",
                               parameter.name(), name(gradient.dtype()), gradient.shape().to_string(),
                               name(parameter.dtype()), parameter.shape().to_string()));
}

}  // namespace

Variables variables_of(const std::vector<nn::NamedVariable>& parameters) {
  Variables variables;
  for (const nn::NamedVariable& parameter : parameters) variables.push_back(parameter.variable);
  return variables;
}

Optimizer::Attempt::~Attempt() {
  if (!finished_ && first_) state_->untrack_all();
}

void Optimizer::Attempt::finish() {
  if (first_ && values_come_later())
    current_trace()->undo.emplace_back([state = state_] { state->untrack_all(); });
  finished_ = true;
}

void Optimizer::State::track(const std::string& path, const Variable& parameter) {
  if (index.contains(parameter.slot().get())) return;
  tracked.push_back({path, parameter});
  try {
    index.emplace(parameter.slot().get(), tracked.size() - 1);
  } catch (...) {
    tracked.pop_back();
    throw;
  }
}

// Variables may share a name, their state may not.
void Optimizer::State::track_by_name(const Variables& parameters) {
  std::unordered_set<std::string> known;
  for (const Variable& parameter : parameters) {
    std::string path = parameter.name();
    for (int number = 2; !known.insert(path).second; ++number)
      path = fmt::format("{}#{}", parameter.name(), number);
    track(path, parameter);
  }
  settle_groups();
}

void Optimizer::State::settle_groups() {
  if (tracked.empty()) return;
  std::vector<std::string> paths;
  for (const Tracked& each : tracked) paths.push_back(each.path);
  const auto refuse = [&](std::string_view what, const std::string& pattern) {
    throw ValueError(fmt::format("optimizer: the {} of '{}' matches no parameter{}", what, pattern,
                                 suggestion(pattern, paths)));
  };
  for (const auto& [pattern, settings] : options.groups) {
    bool any = false;
    for (Tracked& each : tracked) {
      if (!nn::matches(pattern, each.path)) continue;
      any = true;
      if (settings.rate_factor) each.group.rate_factor = settings.rate_factor;
      if (settings.weight_decay) each.group.weight_decay = settings.weight_decay;
    }
    if (!any) refuse("group", pattern);
  }
  const auto check = [&](const std::string& name, const Selection& selection) {
    for (const std::string& pattern : selection.parameters) {
      if (std::none_of(paths.begin(), paths.end(),
                       [&](const std::string& path) { return nn::matches(pattern, path); }))
        refuse(name, pattern);
    }
  };
  for (const Regularizer& each : options.regularizers) check(each.name(), each.selection());
  for (const Constraint& each : options.constraints) check(each.name(), each.selection());
}

// An update that is never run tells which slots the rule asks for.
void Optimizer::State::make_slots() {
  Trace scratch;
  const TraceScope scope(scratch);
  const NoSlotValues none_left(*this);
  Slots::Shared shared{cast(step.value(), f64) + 1, {}};
  for (Tracked& each : tracked) {
    if (!each.parameter.trainable()) continue;
    const DType dtype = accumulator(each.parameter.dtype());
    Slots slots(each.parameter, each.slots, scalar(1.0, dtype), shared);
    rule->update(exact_value(each.parameter, slots), zeros(each.parameter.shape(), dtype), slots);
    if (accumulates) accumulated(each);
  }
}

// One gradient for each parameter, and only parameters that this optimizer tracks.
void Optimizer::check(const Variables& parameters, const Tensors& gradients) const {
  State& state = *state_;
  if (parameters.size() != gradients.size()) {
    throw ValueError(
        fmt::format("optimizer: {} parameters, {} gradients", parameters.size(), gradients.size()));
  }
  if (state.tracked.empty()) state.track_by_name(parameters);
  std::unordered_set<const Slot*> seen;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const Variable& parameter = parameters[k];
    if (!seen.insert(parameter.slot().get()).second) {
      throw ValueError(fmt::format("optimizer: parameter '{}' is given twice", parameter.name()));
    }
    if (!state.find(parameter)) {
      throw StateError(fmt::format(
          "optimizer: parameter '{}' {} is not one of the {} that this optimizer tracks; each model needs "
          "an optimizer of its own",
          parameter.name(), parameter.shape().to_string(), state.tracked.size()));
    }
    if (gradients[k].defined()) check_gradient(parameter, gradients[k]);
  }
}

void Optimizer::track(const std::vector<nn::NamedVariable>& parameters) const {
  if (!state_->tracked.empty()) return;
  Attempt attempt(state_);
  std::unordered_set<std::string> names;
  for (const nn::NamedVariable& parameter : parameters) {
    if (!names.insert(parameter.name).second) {
      throw ValueError(fmt::format("optimizer: two parameters are named '{}'; their state could not be saved",
                                   parameter.name));
    }
    state_->track(parameter.name, parameter.variable);
  }
  state_->settle_groups();
  searches() ? state_->make_search_state() : state_->make_slots();
  attempt.finish();
}

}  // namespace luge::optim
