#pragma once
#include <unordered_map>

#include "graph/trace.h"
#include "luge/optim/optimizer.h"

namespace luge::optim {

struct Optimizer::State {
  struct Held {
    std::string path;
    Variable parameter;
    GroupOptions group;
    std::vector<Slots::Entry> slots;
  };
  std::shared_ptr<const Rule> rule;
  OptimizerOptions options;
  Variable learning_rate;  // f64
  Variable step;           // i64: steps taken
  std::vector<Held> held;
  std::unordered_map<const Slot*, std::size_t> index;  // into held

  Held* find(const Variable& parameter) {
    const auto at = index.find(parameter.slot().get());
    return at == index.end() ? nullptr : &held[at->second];
  }
  void hold(const std::string& path, const Variable& parameter);
  void make_slots();
};

}  // namespace luge::optim
