// The averages of a training's parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "luge/nn/module.h"
#include "luge/train/averaging.h"

namespace luge::train {

class Average {
 public:
  /// Throws ValueError for a decay outside [0, 1), a negative start, rise or number of batches, for `every`
  /// below 1, and for lookahead with mean.
  explicit Average(const Averaging& options);

  /// Begins with the present values. Does nothing when it has begun. The buffers are those of batch norms;
  /// they have values of their own when norm_batches asks for them, and with lookahead. Throws DTypeError
  /// for lookahead over parameters of 16 bits.
  void begin(const std::vector<nn::NamedVariable>& parameters, const std::vector<nn::NamedVariable>& buffers);
  /// Begins with the present values again, while nothing was averaged: weights may have been given since.
  void refresh() const;
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
  /// The buffers that belong to the averages; none without norm_batches.
  const std::vector<Pair>& buffers() const { return buffers_; }
  /// Batches for them after an epoch; 0 while averages are the values themselves.
  std::int64_t norm_batches() const;

 private:
  void look_ahead() const;
  Averaging options_;
  Variable count_;  // f64
  std::vector<Pair> pairs_, buffers_;
};

}  // namespace luge::train
