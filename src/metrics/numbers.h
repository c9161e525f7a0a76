// What the metrics that compare numbers share.
#pragma once

#include <string>

#include "luge/metrics/metric.h"

namespace luge::metrics {

/// Predictions and targets as float64 of one shape, and which of them count.
struct Numbers {
  Tensor difference;  // target - prediction; exact for whole numbers
  Tensor target;
  Tensor counted;  // bool in the same shape; empty: all

  /// The sum of a value over what counts.
  Tensor sum_of(const Tensor& each) const;
  /// How many count, i64.
  Tensor count() const;
};
/// Throws ShapeError naming the metric and both shapes when they do not match.
Numbers numbers_of(const std::string& metric, const Tensor& prediction, const Tensor& target,
                   const Tensor& counted);

/// The target, or what counts of it, in the shape of the prediction where [N,1] and [N] meet. Throws as
/// numbers_of.
Tensor in_shape_of(const std::string& metric, const Tensor& prediction, const Tensor& target);

/// The rule of a mean over numbers: `each` is what is averaged, `figure` makes the figure of the mean.
Metric::Rule mean_of(std::string name, Tensor (*each)(const Numbers&), Tensor (*figure)(const Tensor& mean));

}  // namespace luge::metrics
