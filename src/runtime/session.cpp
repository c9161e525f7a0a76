// Session: the same nodes, with placeholders fed and Variables bound to values of its own.
#include <algorithm>
#include <mutex>

#include "luge/error.h"
#include "runtime/eval.h"
#include "runtime/session_run.h"

namespace luge::graph {

struct Session::Values : SessionValues {};

Session::Session() : values_(std::make_unique<Values>()) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Tensors Session::run_fed(const std::vector<Fetch>& fetches, FedPlaceholders feeds) {
  const std::lock_guard lock(engine_mutex());
  Tensors tensors;
  Updates updates;
  bool initializes = false;
  for (const Fetch& fetch : fetches) {
    if (const auto* tensor = std::get_if<Tensor>(&fetch)) {
      if (!tensor->defined()) throw StateError("Session::run: a fetched tensor is empty");
      tensors.push_back(*tensor);
    } else if (const auto* variable = std::get_if<Variable>(&fetch)) {
      tensors.push_back(variable->value());
    } else {
      const auto& operation = std::get<Operation>(fetch);
      initializes |= operation.initializes();
      updates.insert(updates.end(), operation.updates().begin(), operation.updates().end());
    }
  }
  if (initializes) {
    for (const auto& slot : live_slots()) updates.emplace_back(Variable(slot), slot->initial);
  }
  check_updates("Session::run", updates);
  SessionRun run(tensors, updates, std::move(feeds));
  Tensors ordered(fetches.size());  // before the run, after which nothing may fail
  Tensors results = run.run(*values_);
  std::size_t next = 0;
  for (std::size_t k = 0; k < fetches.size(); ++k) {
    if (!std::holds_alternative<Operation>(fetches[k])) ordered[k] = std::move(results[next++]);
  }
  return ordered;
}

Tensors Session::run(const std::vector<Fetch>& fetches, const std::vector<Feed>& feeds) {
  return run_fed(fetches, FedPlaceholders(feeds));
}
Tensors Session::run(const std::vector<Fetch>& fetches, const NamedTensors& feeds) {
  return run_fed(fetches, FedPlaceholders(feeds));
}
Tensor Session::run(const Tensor& fetch, const NamedTensors& feeds) {
  return run(std::vector<Fetch>{fetch}, feeds)[0];
}
void Session::run(const Operation& operation, const NamedTensors& feeds) {
  run(std::vector<Fetch>{operation}, feeds);
}
NamedTensors Session::run(const NamedTensors& fetches, const NamedTensors& feeds) {
  std::vector<Fetch> wanted;
  for (const auto& [name, tensor] : fetches) wanted.emplace_back(tensor);
  return {fetches.names(), run(wanted, feeds)};
}

Tensor Session::run(const Tensor& fetch, const std::vector<Feed>& feeds) {
  return run(std::vector<Fetch>{fetch}, feeds)[0];
}
void Session::run(const Operation& operation, const std::vector<Feed>& feeds) {
  run(std::vector<Fetch>{operation}, feeds);
}

bool Session::initialized(const Variable& variable) const { return values_->contains(variable.slot().get()); }

Variables Session::variables() const {
  Variables held = all_variables();
  std::erase_if(held, [&](const Variable& variable) { return !initialized(variable); });
  return held;
}

Tensor Session::value(const Variable& variable) const {
  Type type{variable.dtype(), variable.shape()};
  return data_leaf(values_->at(variable.slot().get()), std::move(type));
}

void Session::set_value(const Variable& variable, const Tensor& value) {
  check_assigned(variable, {value.dtype(), value.shape()});
  BufferRef buffer = public_buffer(value);
  values_->entry(variable.slot()) = std::move(buffer);
}

}  // namespace luge::graph
