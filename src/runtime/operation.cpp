// Placeholders and operations: what a Session is asked to do.
#include <fmt/format.h>

#include <unordered_set>

#include "graph/trace.h"
#include "luge/error.h"
#include "luge/graph.h"
#include "runtime/operation.h"

namespace luge::graph {

Tensor placeholder(DType dtype, const Shape& shape, std::string name) {
  return argument_leaf({dtype, shape}, std::move(name), is_floating(dtype));
}

Operation::Operation(std::vector<std::pair<Variable, Tensor>> updates) : updates_(std::move(updates)) {
  for (const auto& [variable, value] : updates_) check_assigned(variable, {value.dtype(), value.shape()});
}

Operation initialize_all() {
  Operation operation;
  operation.initializes_ = true;
  return operation;
}

Variables all_variables() {
  Variables all;
  for (auto& slot : live_slots()) all.emplace_back(std::move(slot));
  return all;
}

Operation record(const std::function<void()>& function) {
  Trace trace;
  trace.outer_reads = true;
  {
    const TraceScope scope(trace);
    function();
  }
  Updates updates;
  for (const Trace::State& state : trace.states) {
    if (state.written.defined()) updates.emplace_back(Variable(state.slot), state.written);
  }
  return Operation(std::move(updates));
}

Operation assign(const Variable& variable, const Tensor& value) {
  return record([&] { Variable(variable).assign(value); });
}

// What happens at once has no order that says which value stays.
void check_updates(std::string_view caller, const Updates& updates) {
  std::unordered_set<const Slot*> known;
  for (const auto& [variable, value] : updates) {
    if (known.insert(variable.slot().get()).second) continue;
    throw ValueError(fmt::format("{}: two operations assign to Variable '{}'; run one after the other",
                                 caller, variable.name()));
  }
}

Operation group(const std::vector<Operation>& operations) {
  Updates updates;
  for (const Operation& operation : operations) {
    if (operation.initializes())
      throw ValueError("group: initialize_all() cannot be part of a group; run it first");
    updates.insert(updates.end(), operation.updates().begin(), operation.updates().end());
  }
  check_updates("group", updates);
  return Operation(std::move(updates));
}

}  // namespace luge::graph
