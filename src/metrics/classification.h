// What the metrics of classifiers share.
#pragma once

#include "luge/metrics/metric.h"

namespace luge::metrics {

/// The rule of a share: `hits` says which samples are right, bool. Hits and samples, i64 both; more is
/// better.
Metric::Rule share_of(std::string name,
                      std::function<Tensor(const Tensor& prediction, const Tensor& target)> hits);

/// Labels without an axis of length 1 that stands for the classes: [N,1] beside a prediction [N,C] is [N].
Tensor labels_of(const Tensor& prediction, const Tensor& target, int axis = -1);
/// Throws ShapeError unless prediction is [N,C] and target [N].
void check_labels(const std::string& metric, const Tensor& prediction, const Tensor& target);
/// Whether a label is this class, bool; a label that is not a whole number is none.
Tensor is_class(const Tensor& label, const Tensor& index);
/// Where it is NaN, bool.
Tensor nan_in(const Tensor& x);
/// Samples without a NaN along the axis, bool.
Tensor without_nan(const Tensor& prediction, int axis = -1);

}  // namespace luge::metrics
