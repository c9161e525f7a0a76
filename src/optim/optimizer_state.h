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
    bool has_gathered = false;         // a gradient was, so that a step without one takes that
  };
  std::shared_ptr<const Rule> rule;
  OptimizerOptions options;
  Variable learning_rate;  // f64
  Variable step;           // i64: steps taken
  // A switch that is put off, and replaced, when schedule or groups change: compiled steps have read it.
  std::shared_ptr<Mode> settings = std::make_shared<Mode>();
  bool gathers = false;
  std::optional<Variable> gathered_weight;  // f64: of what is gathered
  std::optional<bool> is_weighed;           // whether gradients come with weights, once one was gathered
  std::vector<Held> held;
  std::unordered_map<const Slot*, std::size_t> index;  // into held

  Held* find(const Variable& parameter) {
    const auto at = index.find(parameter.slot().get());
    return at == index.end() ? nullptr : &held[at->second];
  }
  void hold(const std::string& path, const Variable& parameter);
  /// Sums with weights and gradients without do not add up. Throws ValueError.
  void check_weighed(bool with_weight) const;
  void make_slots();
  void settings_changed() {
    settings->on = false;
    settings = std::make_shared<Mode>();
  }
  class NoSlotValues;
  Variable& gathered(Held& held) const;
  /// Back to holding nothing.
  void let_go() { held.clear(), index.clear(); }
};

/// While an optimizer's state is worked on: what was begun and does not end well is undone.
class Optimizer::Attempt {
 public:
  explicit Attempt(const std::shared_ptr<State>& state) : state_(state), first_(state->held.empty()) {}
  ~Attempt();
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  /// It ended well, as far as is known: a function that is being compiled may still fail.
  void finish();

 private:
  std::shared_ptr<State> state_;
  bool first_;
  bool finished_ = false;
};

}  // namespace luge::optim
