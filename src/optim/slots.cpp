#include "luge/optim/slots.h"

#include <fmt/format.h>

#include <mutex>
#include <span>

#include "graph/expand.h"
#include "graph/trace.h"
#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "optim/optimizer_state.h"

namespace luge::optim {
namespace {

void check_name(std::string_view name) {
  if (name != kExactSlot && name != kAccumulatedSlot) return;
  throw ValueError(
      fmt::format("optimizer: a rule asks for the slot '{}', which the optimizer uses itself; choose another "
                  "name",
                  name));
}

// Whether a value is known only when the step that is being recorded runs.
bool comes_later(const Node& node) {
  const Trace* trace = current_trace();
  switch (node.leaf) {
    case Leaf::argument: return true;
    case Leaf::read: return !node.evaluated(0) && node.inputs.empty();
    case Leaf::key: return trace && node.sequence >= trace->start;
    case Leaf::none:
    case Leaf::data:
    case Leaf::scalar:
    case Leaf::typed: return false;
  }
  return false;
}

void check_initial(const Variable& parameter, std::string_view name, const Tensor& initial) {
  const std::lock_guard lock(engine_mutex());
  for (const Node* node : topological(std::span(&initial, 1))) {
    if (!comes_later(*node)) continue;
    throw ValueError(
        fmt::format("optimizer: the initial value of the slot '{}' of '{}' is known only when the step runs; "
                    "give constants such as zeros(shape)",
                    name, parameter.name()));
  }
}

}  // namespace

Slots::Entry* Slots::find(std::string_view name) {
  for (Entry& entry : entries_) {
    if (entry.name != name) continue;
    if (!entry.value.defined()) entry.value = entry.variable.value();
    return &entry;
  }
  return nullptr;
}

// Slots are made outside of what is being recorded.
Tensor& Slots::add(std::string_view name, const Tensor& initial) {
  {
    const OutsideTrace outside;
    entries_.push_back(
        {std::string(name),
         Variable(initial, fmt::format("{}/{}", parameter_.name(), name), {.trainable = false}),
         {}});
  }
  Entry& made = entries_.back();
  return made.value = made.variable.value();
}

Tensor& Slots::like_parameter(std::string_view name) {
  if (Entry* known = find(name)) return known->value;
  const auto zero = [&] {
    const OutsideTrace outside;
    return zeros(parameter_.shape(), accumulator(parameter_.dtype()));
  };
  return add(name, zero());
}

Tensor& Slots::exact() { return like_parameter(kExactSlot); }

Tensor& Slots::operator()(std::string_view name) {
  check_name(name);
  return like_parameter(name);
}

Tensor& Slots::operator()(std::string_view name, const Tensor& initial) {
  check_name(name);
  Entry* known = find(name);
  if (!known) {
    check_initial(parameter_, name, initial);
    return add(name, initial);
  }
  const Type had{known->variable.dtype(), known->variable.shape()}, wanted{initial.dtype(), initial.shape()};
  if (had == wanted) return known->value;
  throw ValueError(fmt::format("optimizer: the slot '{}' of '{}' is {}; the rule asks for {}", name,
                               parameter_.name(), had.to_string(), wanted.to_string()));
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

// Steps are smaller than what 16 bits of a weight resolve, so such a weight is kept, exact, in a slot
// as float32. A weight that is no longer the rounded value of its slot was assigned from outside; the slot
// starts again from it.
Tensor exact_value(const Variable& parameter, Slots& slots) {
  const Tensor value = parameter.value();
  const DType dtype = accumulator(value.dtype());
  if (dtype == value.dtype()) return value;
  const Tensor exact = slots.exact();
  return where(equal(cast(exact, value.dtype()), value), exact, cast(value, dtype));
}

}  // namespace luge::optim
