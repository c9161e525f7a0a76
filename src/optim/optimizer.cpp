// Construction, settings and saved state of an optimizer.
#include "luge/optim/optimizer.h"

#include <fmt/format.h>

#include <cmath>

#include "luge/error.h"
#include "luge/ops/shape.h"
#include "optim/optimizer_state.h"

namespace luge::optim {
namespace {

void check_rate(double rate) {
  if (!std::isfinite(rate) || rate <= 0) {
    throw ValueError(
        fmt::format("optimizer: the learning rate is {}; expected a finite number above 0", rate));
  }
}

void check_not_negative(std::string_view what, double value) {
  if (!(value >= 0) || !std::isfinite(value)) {
    throw ValueError(fmt::format("optimizer: {} is {}; expected a finite number, 0 or more", what, value));
  }
}

void check_group(const GroupOptions& options) {
  if (options.rate_factor) check_not_negative("rate_factor", *options.rate_factor);
  if (options.weight_decay) check_not_negative("weight decay", *options.weight_decay);
}

[[noreturn]] void refuse_for_search(const std::string& name, std::string_view what) {
  throw ValueError(fmt::format(
      "optimizer {}: it cannot have {}: it looks for the minimum of one smooth function", name, what));
}

// What is not a function of the parameters changes where the minimum is while it is searched for.
void check_search(const std::string& name, const OptimizerOptions& options) {
  if (options.clip_value > 0 || options.clip_norm > 0 || options.clip_global_norm > 0)
    refuse_for_search(name, "clipped gradients");
  if (options.weight_decay > 0 && options.decay != Decay::gradient)
    refuse_for_search(name, "weight decay apart from the gradient");
  if (!options.constraints.empty()) refuse_for_search(name, "constraints");
  for (const Group& each : options.groups) {
    if (each.options.rate_factor) refuse_for_search(name, "a learning rate for a group");
  }
  for (const Regularizer& each : options.regularizers) {
    if (!each.smooth()) refuse_for_search(name, fmt::format("the penalty {}", each.name()));
  }
}

}  // namespace

Optimizer::Optimizer(std::shared_ptr<const Rule> rule, double learning_rate, const OptimizerOptions& options)
    : state_(std::make_shared<State>()) {
  check_rate(learning_rate);
  check_not_negative("weight decay", options.weight_decay);
  check_not_negative("clip_value", options.clip_value);
  check_not_negative("clip_norm", options.clip_norm);
  check_not_negative("clip_global_norm", options.clip_global_norm);
  for (const Group& each : options.groups) check_group(each.options);
  if (rule->search()) check_search(rule->name(), options);
  state_->rule = std::move(rule);
  state_->options = options;
  state_->learning_rate = Variable(scalar(learning_rate, f64), "learning_rate", {.trainable = false});
  state_->step = Variable(scalar(0, i64), "step", {.trainable = false});
}

Optimizer Optimizer::fresh() const { return Optimizer(state_->rule, learning_rate(), state_->options); }

void Optimizer::set_group(const Variables& parameters, const GroupOptions& options) const {
  check_group(options);
  if (searches() && options.rate_factor) refuse_for_search(name(), "a learning rate for a group");
  for (const Variable& parameter : parameters) {
    State::Tracked* tracked = state_->find(parameter);
    if (!tracked) {
      throw StateError(
          fmt::format("optimizer: parameter '{}' is not tracked; call track(net.named_parameters()) first",
                      parameter.name()));
    }
    if (options.rate_factor) tracked->group.rate_factor = options.rate_factor;
    if (options.weight_decay) tracked->group.weight_decay = options.weight_decay;
  }
  state_->settings_changed();
}

double Optimizer::learning_rate() const { return state_->learning_rate.value().item<double>(); }

void Optimizer::set_learning_rate(double rate) const {
  check_rate(rate);
  state_->learning_rate.assign(scalar(rate, f64));
}

double Optimizer::current_rate() const { return learning_rate() * options().schedule.at(steps()); }

void Optimizer::set_schedule(const Schedule& schedule) const {
  state_->options.schedule = schedule;
  state_->settings_changed();
}
const OptimizerOptions& Optimizer::options() const { return state_->options; }
std::int64_t Optimizer::steps() const { return state_->step.value().item<std::int64_t>(); }
std::string Optimizer::name() const { return state_->rule->name(); }

std::vector<nn::NamedVariable> Optimizer::state() const {
  std::vector<nn::NamedVariable> result = {{"step", state_->step}, {"learning_rate", state_->learning_rate}};
  if (state_->accumulated_weight)
    result.push_back({std::string(kAccumulatedWeight), *state_->accumulated_weight});
  for (const State::Tracked& tracked : state_->tracked) {
    for (const Slots::Entry& slot : tracked.slots)
      result.push_back({tracked.path + "/" + slot.name, slot.variable});
    if (tracked.accumulated)
      result.push_back({fmt::format("{}/{}", tracked.path, kAccumulatedSlot), *tracked.accumulated});
  }
  for (const auto& [name, vector] : state_->search_state) result.push_back({"search/" + name, vector});
  return result;
}

}  // namespace luge::optim
