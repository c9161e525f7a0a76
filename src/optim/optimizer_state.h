#pragma once
#include <optional>
#include <unordered_map>

#include "graph/trace.h"
#include "luge/optim/optimizer.h"

namespace luge::optim {

/// The parameter's value in the dtype that updates are computed in.
Tensor exact_value(const Variable& parameter, Slots& slots);

struct Optimizer::State {
  struct Held {
    std::string path;
    Variable parameter;
    GroupOptions group;
    std::vector<Slots::Entry> slots;
    std::optional<Variable> gathered;  // gradients of earlier batches, for the next step
  };
  std::shared_ptr<const Rule> rule;
  OptimizerOptions options;
  Variable learning_rate;  // f64
  Variable step;           // i64: steps taken
  bool gathers = false;
  std::vector<Held> held;
  std::unordered_map<const Slot*, std::size_t> index;  // into held

  Held* find(const Variable& parameter) {
    const auto at = index.find(parameter.slot().get());
    return at == index.end() ? nullptr : &held[at->second];
  }
  void hold(const std::string& path, const Variable& parameter);
  void make_slots();
  Variable& gathered(Held& held) const;
};

}  // namespace luge::optim
