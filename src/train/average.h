// The averages of a training's parameters.
#pragma once

#include <optional>
#include <vector>

#include "luge/nn/module.h"
#include "luge/train/averaging.h"

namespace luge::train {

class Average {
 public:
  /// Throws ValueError for a decay outside [0, 1) and a negative start.
  explicit Average(const Averaging& options);

  /// Begins with the present values. Does nothing when it has begun.
  void begin(const std::vector<nn::NamedVariable>& parameters);
  /// Records what the averages become after an update of the parameters.
  void update() const;
  /// Gives each parameter its average, for the length of a Probe around it.
  void take() const;
  /// The averages, "average/PARAMETER", and the number of updates, "average_count".
  std::vector<nn::NamedVariable> state() const;

  struct Pair {
    Variable parameter;
    nn::NamedVariable average;
  };
  const std::vector<Pair>& pairs() const { return pairs_; }

 private:
  Averaging options_;
  Variable count_;  // f64
  std::vector<Pair> pairs_;
};

}  // namespace luge::train
