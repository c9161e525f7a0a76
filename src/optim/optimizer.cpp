#include "luge/optim/optimizer.h"

#include <fmt/format.h>

#include <cmath>
#include <unordered_set>

#include "graph/expand.h"
#include "luge/all_or_nothing.h"
#include "luge/autodiff.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "optim/clip.h"
#include "optim/optimizer_state.h"
#include "runtime/eval.h"

namespace luge::optim {
namespace {

constexpr std::string_view kExact = "exact";  // the slot of a 16-bit parameter's float32 value

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

Variables variables_of(const std::vector<nn::NamedVariable>& parameters) {
  Variables variables;
  for (const nn::NamedVariable& parameter : parameters) variables.push_back(parameter.variable);
  return variables;
}

void check_gradient(const Variable& parameter, const Tensor& gradient) {
  const DType dtype = gradient.dtype();
  const bool fits = dtype == parameter.dtype() || dtype == accumulator(parameter.dtype());
  if (fits && gradient.shape() == parameter.shape()) return;
  throw ShapeError(fmt::format("optimizer: the gradient of '{}' is {} {}, the parameter is {} {}",
                               parameter.name(), name(gradient.dtype()), gradient.shape().to_string(),
                               name(parameter.dtype()), parameter.shape().to_string()));
}

}  // namespace

Tensor& Slots::operator()(std::string_view name) {
  for (Entry& entry : entries_) {
    if (entry.name != name) continue;
    if (!entry.value.defined()) entry.value = entry.variable.value();
    return entry.value;
  }
  {
    const OutsideTrace outside;
    const Tensor zero = zeros(parameter_.shape(), accumulator(parameter_.dtype()));
    entries_.push_back({std::string(name),
                        Variable(zero, fmt::format("{}/{}", parameter_.name(), name), {.trainable = false}),
                        {}});
  }
  return entries_.back().value = entries_.back().variable.value();
}

Tensor Slots::bias_correction(double decay) const {
  const DType dtype = accumulator(parameter_.dtype());
  for (const Shared::Correction& known : shared_.corrections) {
    if (known.decay == decay && known.dtype == dtype) return known.value;
  }
  return shared_.corrections
      .emplace_back(Shared::Correction{decay, dtype, cast(1 - pow(decay, shared_.step), dtype)})
      .value;
}

// Begins as zeros, outside of what is being recorded.
Variable& Optimizer::State::gathered(Held& held) const {
  if (!held.gathered) {
    const OutsideTrace outside;
    held.gathered = Variable(zeros(held.parameter.shape(), accumulator(held.parameter.dtype())),
                             fmt::format("{}/gathered", held.parameter.name()), {.trainable = false});
  }
  return *held.gathered;
}

Optimizer::Attempt::~Attempt() {
  if (!finished_ && first_) state_->let_go();
}

void Optimizer::Attempt::finish() {
  if (first_ && values_come_later())
    current_trace()->undo.emplace_back([state = state_] { state->let_go(); });
  finished_ = true;
}

void Optimizer::State::hold(const std::string& path, const Variable& parameter) {
  if (index.contains(parameter.slot().get())) return;
  held.push_back({path, parameter, {}, {}, {}, false});
  try {
    index.emplace(parameter.slot().get(), held.size() - 1);
  } catch (...) {
    held.pop_back();
    throw;
  }
}

void Optimizer::State::check_weighed(bool with_weight) const {
  if (!gathers || is_weighed.value_or(with_weight) == with_weight) return;
  throw ValueError(fmt::format(
      "optimizer: gradients were gathered {} weight, these come {} one; give all of them one or none",
      *is_weighed ? "with a" : "without", with_weight ? "with" : "without"));
}

/// Whatever a rule throws, no slot keeps a value that was meant for one step.
class Optimizer::State::NoSlotValues {
 public:
  explicit NoSlotValues(State& state) : state_(state) {}
  ~NoSlotValues() {
    for (Held& each : state_.held) {
      for (Slots::Entry& entry : each.slots) entry.value = {};
    }
  }
  NoSlotValues(const NoSlotValues&) = delete;
  NoSlotValues& operator=(const NoSlotValues&) = delete;

 private:
  State& state_;
};

// Steps are smaller than what 16 bits of a weight resolve, so such a weight stands, exact, in a slot of its
// own as float32. A weight that is no longer what the slot was rounded to was written by somebody else, and
// the slot begins anew from it.
Tensor exact_value(const Variable& parameter, Slots& slots) {
  const Tensor value = parameter.value();
  const DType dtype = accumulator(value.dtype());
  if (dtype == value.dtype()) return value;
  const Tensor exact = slots(kExact);
  return where(equal(cast(exact, value.dtype()), value), exact, cast(value, dtype));
}

// An update that is never run tells which slots the rule asks for.
void Optimizer::State::make_slots() {
  Trace scratch;
  const TraceScope scope(scratch);
  const NoSlotValues none_left(*this);
  Slots::Shared shared{cast(step.value(), f64) + 1, {}};
  for (Held& each : held) {
    if (!each.parameter.trainable()) continue;
    const DType dtype = accumulator(each.parameter.dtype());
    Slots slots(each.parameter, each.slots, scalar(1.0, dtype), shared);
    rule->update(exact_value(each.parameter, slots), zeros(each.parameter.shape(), dtype), slots);
    if (gathers) gathered(each);
  }
}

Tensor settled(const Tensor& moment) {
  double smallest_normal = 0;
  if (moment.dtype() == f32 || moment.dtype() == bf16) smallest_normal = 0x1p-126;
  if (moment.dtype() == f64) smallest_normal = 0x1p-1022;
  return smallest_normal > 0 ? where(less(abs(moment), smallest_normal), 0, moment) : moment;
}

Optimizer::Optimizer(std::shared_ptr<const Rule> rule, double learning_rate, const OptimizerOptions& options)
    : state_(std::make_shared<State>()) {
  check_rate(learning_rate);
  check_not_negative("weight decay", options.weight_decay);
  check_not_negative("clip_value", options.clip_value);
  check_not_negative("clip_norm", options.clip_norm);
  check_not_negative("clip_global_norm", options.clip_global_norm);
  state_->rule = std::move(rule);
  state_->options = options;
  state_->learning_rate = Variable(scalar(learning_rate, f64), "learning_rate", {.trainable = false});
  state_->step = Variable(scalar(0, i64), "step", {.trainable = false});
}

void Optimizer::step(const std::vector<nn::NamedVariable>& parameters, Tensors gradients,
                     const Tensor& weight) const {
  Attempt attempt(state_);
  hold(parameters);
  step(variables_of(parameters), std::move(gradients), weight);
  attempt.finish();
}

void Optimizer::gather_gradients() const {
  state_->gathers = true;
  if (!state_->gathered_weight)
    state_->gathered_weight = Variable(scalar(0.0, f64), "gathered_weight", {.trainable = false});
}

void Optimizer::gather(const std::vector<nn::NamedVariable>& parameters, Tensors gradients,
                       const Tensor& weight) const {
  Attempt attempt(state_);
  hold(parameters);
  if (!state_->gathers) throw StateError("optimizer: gather: call gather_gradients() first");
  const Variables variables = variables_of(parameters);
  check(variables, gradients);
  state_->check_weighed(weight.defined());
  const Variable& sum_of_weights = *state_->gathered_weight;
  Tensor weights = sum_of_weights.value();
  if (weight.defined()) weights = weights + cast(weight, f64);
  std::vector<std::pair<Variable, Tensor>> updates = {
      {sum_of_weights, guarded(weights, variables, gradients, {})}};
  for (std::size_t k = 0; k < variables.size(); ++k) {
    if (!gradients[k].defined() || !variables[k].trainable()) continue;
    State::Held& held = *state_->find(variables[k]);
    held.has_gathered = true;
    Variable& sum = state_->gathered(held);
    updates.emplace_back(sum, sum.value() + cast(std::exchange(gradients[k], Tensor()), sum.dtype()));
  }
  assign_and_evaluate(updates);
  state_->is_weighed = weight.defined();
  attempt.finish();
}

void Optimizer::forget_gathered() const {
  AllOrNothing assigned;
  if (state_->gathered_weight) state_->gathered_weight->assign(scalar(0.0, f64));
  for (State::Held& held : state_->held) {
    if (held.gathered) held.gathered->assign(zeros(held.parameter.shape(), held.gathered->dtype()));
  }
  assigned.keep();
  state_->is_weighed.reset();
}

// As many gradients as parameters, of parameters this optimizer holds.
void Optimizer::check(const Variables& parameters, const Tensors& gradients) const {
  State& state = *state_;
  if (parameters.size() != gradients.size()) {
    throw ValueError(
        fmt::format("optimizer: {} parameters, {} gradients", parameters.size(), gradients.size()));
  }
  if (state.held.empty()) {
    std::unordered_set<std::string> known;  // Variables may share a name, their state may not
    for (const Variable& parameter : parameters) {
      std::string path = parameter.name();
      for (int number = 2; !known.insert(path).second; ++number)
        path = fmt::format("{}#{}", parameter.name(), number);
      state.hold(path, parameter);
    }
  }
  std::unordered_set<const Slot*> seen;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const Variable& parameter = parameters[k];
    if (!seen.insert(parameter.slot().get()).second) {
      throw ValueError(fmt::format("optimizer: parameter '{}' is given twice", parameter.name()));
    }
    if (!state.find(parameter)) {
      throw StateError(fmt::format(
          "optimizer: parameter '{}' {} is not one of the {} this optimizer holds; each model needs "
          "an optimizer of its own",
          parameter.name(), parameter.shape().to_string(), state.held.size()));
    }
    if (gradients[k].defined()) check_gradient(parameter, gradients[k]);
  }
}

void Optimizer::step(const Variables& parameters, Tensors gradients, const Tensor& weight) const {
  Attempt attempt(state_);
  check(parameters, gradients);
  State& state = *state_;
  read_mode(state.settings);
  state.check_weighed(weight.defined());
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const bool waits = state.gathers && state.find(parameters[k])->has_gathered && parameters[k].trainable();
    if (!gradients[k].defined() && waits)
      gradients[k] = zeros(parameters[k].shape(), accumulator(parameters[k].dtype()));
  }
  Tensor share;
  if (weight.defined()) {
    Tensor weights = cast(weight, f64);
    if (state.gathers) weights = weights + state.gathered_weight->value();
    share = where(greater(weights, 0), 1 / weights, 0);
  }
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (!gradients[k].defined()) continue;
    gradients[k] = cast(gradients[k], accumulator(gradients[k].dtype()));
    if (!parameters[k].trainable()) continue;
    if (state.gathers) gradients[k] = gradients[k] + state.gathered(*state.find(parameters[k])).value();
    if (share.defined()) gradients[k] = gradients[k] * cast(share, gradients[k].dtype());
  }
  Tensors checked = gradients;
  clip(gradients, state.options);

  const State::NoSlotValues none_left(state);
  const Tensor before = cast(state.step.value(), f64);
  Tensor rate = state.learning_rate.value();
  if (!state.options.schedule.is_constant()) rate = rate * state.options.schedule.factor(before);
  Slots::Shared shared{before + 1, {}};
  const Tensor common_rate = cast(rate, parameters.empty() ? f32 : accumulator(parameters[0].dtype()));
  std::vector<std::pair<Variable, Tensor>> updates = {
      {state.step, guarded(state.step.value() + 1, parameters, checked, common_rate)}};
  checked.clear();  // nobody holds a gradient while the step runs
  if (state.gathers) updates.emplace_back(*state.gathered_weight, scalar(0.0, f64));
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (!gradients[k].defined() || !parameters[k].trainable()) continue;
    State::Held& held = *state.find(parameters[k]);
    const DType dtype = accumulator(held.parameter.dtype());
    const bool common = !held.group.rate_factor && dtype == common_rate.dtype();
    const Tensor own_rate = common ? common_rate : cast(rate * held.group.rate_factor.value_or(1), dtype);
    const double decay = held.group.weight_decay.value_or(state.options.weight_decay);
    Slots slots(held.parameter, held.slots, own_rate, shared);
    const Tensor w = exact_value(held.parameter, slots);
    Tensor g = std::move(gradients[k]);
    if (decay > 0 && state.options.decay == Decay::gradient) g = g + decay * w;
    Tensor next = state.rule->update(w, g, slots);
    if (decay > 0 && state.options.decay == Decay::decoupled) next = next - own_rate * decay * w;
    if (dtype != held.parameter.dtype()) slots(kExact) = next;
    updates.emplace_back(held.parameter, cast(next, held.parameter.dtype()));
    next = {};
    if (state.gathers) updates.emplace_back(*held.gathered, zeros(w.shape(), dtype));
    for (Slots::Entry& entry : held.slots) {
      if (entry.value.defined()) updates.emplace_back(entry.variable, std::exchange(entry.value, Tensor()));
    }
  }
  assign_and_evaluate(updates);
  attempt.finish();
}

graph::Operation Optimizer::minimize(const Tensor& loss) const {
  Variables parameters;
  std::unordered_set<const Slot*> seen;
  for (Node* node : topological(std::span(&loss, 1))) {
    const auto slot = node->leaf == Leaf::read ? node->slot.lock() : nullptr;
    if (slot) seen.insert(slot.get());
  }
  for (const Variable& variable : graph::all_variables()) {
    if (variable.trainable() && seen.contains(variable.slot().get())) parameters.push_back(variable);
  }
  if (parameters.empty()) throw GraphError("minimize: the loss depends on no trainable Variable");
  const Tensors gradients = grad(loss, parameters);
  return graph::record([&] {
    step(parameters, gradients);
    // An operation keeps alive what it writes, and this optimizer may be a temporary.
    state_->learning_rate.assign(state_->learning_rate.value());
  });
}

void Optimizer::hold(const std::vector<nn::NamedVariable>& parameters) const {
  if (!state_->held.empty()) return;
  Attempt attempt(state_);
  std::unordered_set<std::string> names;
  for (const nn::NamedVariable& parameter : parameters) {
    if (!names.insert(parameter.name).second) {
      throw ValueError(fmt::format("optimizer: two parameters are named '{}'; their state could not be saved",
                                   parameter.name));
    }
    state_->hold(parameter.name, parameter.variable);
  }
  state_->make_slots();
  attempt.finish();
}

void Optimizer::set_group(const Variables& parameters, const GroupOptions& options) const {
  if (options.rate_factor) check_not_negative("rate_factor", *options.rate_factor);
  if (options.weight_decay) check_not_negative("weight decay", *options.weight_decay);
  for (const Variable& parameter : parameters) {
    State::Held* held = state_->find(parameter);
    if (!held) {
      throw StateError(
          fmt::format("optimizer: parameter '{}' is not held; call hold(net.named_parameters()) first",
                      parameter.name()));
    }
    if (options.rate_factor) held->group.rate_factor = options.rate_factor;
    if (options.weight_decay) held->group.weight_decay = options.weight_decay;
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
  if (state_->gathered_weight) result.push_back({"gathered_weight", *state_->gathered_weight});
  for (const State::Held& held : state_->held) {
    for (const Slots::Entry& slot : held.slots)
      result.push_back({held.path + "/" + slot.name, slot.variable});
    if (held.gathered) result.push_back({held.path + "/gathered", *held.gathered});
  }
  return result;
}

}  // namespace luge::optim
