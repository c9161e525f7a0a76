// What the metrics of classifiers share.
#pragma once

#include "luge/metrics/metric.h"

namespace luge::metrics {

/// The rule of a share: `hits` says which samples are right, bool, without the class axis of predictions or
/// with extent 1 there. Hits and samples, i64 both; more is better.
Metric::Rule share_of(std::string name,
                      std::function<Tensor(const Tensor& prediction, const Tensor& target)> hits,
                      int axis = -1);

/// The labels of predictions [N,C], i64 [N]; [N,1] means [N]. Throws ShapeError for other shapes, and
/// IndexError when the update runs for a label that is not a whole number.
Tensor checked_labels(const std::string& metric, const Tensor& prediction, const Tensor& target);
/// True when the shapes can be equal; an unknown extent can be any number.
bool may_equal(const Shape& a, const Shape& b);
/// Returns where the tensor is NaN, as bool.
Tensor nan_in(const Tensor& x);
/// Returns which samples have no NaN along the axis, as bool.
Tensor without_nan(const Tensor& prediction, int axis = -1);

}  // namespace luge::metrics
