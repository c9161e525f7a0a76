// What an optimizer keeps: options, counters, and of each parameter its slots and accumulated gradients.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/trace.h"
#include "luge/optim/optimizer.h"

namespace luge::optim {

// The slots that belong to no rule, by their names in checkpoint files.
inline constexpr std::string_view kExactSlot = "exact";  // the float32 value of a 16-bit parameter
inline constexpr std::string_view kAccumulatedSlot = "gathered", kAccumulatedWeight = "gathered_weight";

/// The Variables alone.
Variables variables_of(const std::vector<nn::NamedVariable>& parameters);

/// The parameter's value in the dtype that updates are computed in.
Tensor exact_value(const Variable& parameter, Slots& slots);

using Updates = std::vector<std::pair<Variable, Tensor>>;

struct Optimizer::State {
  struct Tracked {
    std::string path;
    Variable parameter;
    GroupOptions group = {};
    Slots::Entries slots = {};
    std::optional<Variable> accumulated = {};  // gradients of earlier batches, for the next step
    bool has_accumulated = false;              // a gradient was, so that a step without one takes that
    /// λ of its weight decay.
    double decay(const OptimizerOptions& common) const {
      const bool left_out = !common.decay_vectors && parameter.shape().rank() < 2;
      return group.weight_decay.value_or(left_out ? 0 : common.weight_decay);
    }
  };
  std::shared_ptr<const Rule> rule;
  OptimizerOptions options;
  Variable learning_rate;  // f64
  Variable step;           // i64: steps taken
  // A switch that is put off, and replaced, when schedule or groups change: compiled steps have read it.
  std::shared_ptr<Mode> settings = std::make_shared<Mode>();
  bool accumulates = false;
  std::optional<Variable> accumulated_weight;  // f64: of the accumulated gradients
  std::optional<bool> is_weighed;  // whether gradients come with weights, once one was accumulated
  std::vector<Tracked> tracked;
  std::unordered_map<const Slot*, std::size_t> index;  // into tracked

  Tracked* find(const Variable& parameter) {
    const auto at = index.find(parameter.slot().get());
    return at == index.end() ? nullptr : &tracked[at->second];
  }
  void track(const std::string& path, const Variable& parameter);
  /// Gives the tracked parameters the settings of the groups that their paths match. Throws ValueError for a
  /// group, or a penalty or constraint, that acts on none.
  void settle_groups();
  /// Parameters without paths, by their own names.
  void track_by_name(const Variables& parameters);
  /// Back to tracking nothing.
  void untrack_all() { tracked.clear(), index.clear(); }
  void make_slots();

  /// The sum of the gradients accumulated for a parameter; a new one is 0.
  Variable& accumulated(Tracked& tracked) const;
  /// Sums with weights and gradients without do not add up. Throws ValueError.
  void check_weighed(bool with_weight) const;
  /// The gradients and what was accumulated for them, as float32 or float64, divided by all weights.
  void add_accumulated(const Variables& parameters, Tensors& gradients, const Tensor& weight);

  /// The learning rate of a step, rank-0 f64, and in the dtype that most parameters need.
  struct Rate {
    Tensor exact, common;
  };
  /// The gradient with the slopes of weight decay and penalties.
  Tensor penalized(const Tracked& tracked, const Tensor& value, Tensor gradient) const;
  /// Their cost, where weight decay is a penalty.
  double penalty(const Tracked& tracked, const Tensor& value) const;
  /// Records what one parameter and its slots become.
  void update(Tracked& tracked, Tensor gradient, const Rate& rate, Slots::Shared& shared, Updates& updates);

  void settings_changed() {
    settings->on = false;
    settings = std::make_shared<Mode>();
  }
  class NoSlotValues;

  /// The vectors of a search, by name; their length is that of the parameters that were trainable when they
  /// were made.
  std::map<std::string, Variable> search_state;
  void make_search_state();
  std::size_t trainable_elements() const;
};

/// Whatever a rule throws, no slot keeps a value that was meant for one step.
class Optimizer::State::NoSlotValues {
 public:
  explicit NoSlotValues(State& state) : state_(state) {}
  ~NoSlotValues() {
    for (Tracked& each : state_.tracked) {
      for (Slots::Entry& entry : each.slots) entry.value = {};
    }
  }
  NoSlotValues(const NoSlotValues&) = delete;
  NoSlotValues& operator=(const NoSlotValues&) = delete;

 private:
  State& state_;
};

/// While an optimizer's state is worked on: what was begun and does not end well is undone.
class Optimizer::Attempt {
 public:
  explicit Attempt(const std::shared_ptr<State>& state) : state_(state), first_(state->tracked.empty()) {}
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
