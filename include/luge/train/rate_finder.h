// Learning-rate finder: the loss while the learning rate rises, and the rate at which it falls fastest.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace luge::train {

/// Options of Trainer::find_rate.
struct RateFinderOptions {
  double from = 1e-7;        ///< the first learning rate, above 0
  double to = 10;            ///< the last learning rate, above `from`
  std::int64_t steps = 100;  ///< the number of steps, 2 or more; the data is read again when it ends
  double smoothing = 0.9;    ///< the share of the smoothed loss that stays at each step, in [0, 1)
  double diverged = 4;       ///< stop when the smoothed loss is this many times the smallest so far, above 1
};

/// One step of a rate finder.
struct RateTrial {
  double rate = 0;      ///< the learning rate of the step
  double loss = 0;      ///< the loss of its batch, before the step
  double smoothed = 0;  ///< the average of the losses so far, corrected for its start at 0
};

/// What a rate finder saw.
struct RateCurve {
  std::vector<RateTrial> trials;  ///< the steps
  /// The learning rate at which the smoothed loss fell fastest, per factor of the rate; nothing when it never
  /// fell. Source: Smith 2017; fastai lr_find.
  std::optional<double> suggestion;
  bool diverged = false;  ///< it stopped because the loss grew or was not finite
};

}  // namespace luge::train
