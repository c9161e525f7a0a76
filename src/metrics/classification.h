// What the metrics of classifiers share.
#pragma once

#include "luge/metrics/metric.h"

namespace luge::metrics {

/// Rule::sums and Rule::result of a share: hits and samples, i64 both.
Metric::Rule share_of(std::string name,
                      std::function<Tensor(const Tensor& prediction, const Tensor& target)> hits);

/// The labels of predictions [N,C], i64 [N]; [N,1] stands for [N]. Throws ShapeError for other shapes, and
/// IndexError when the update runs for a label that is no whole number.
Tensor checked_labels(const std::string& metric, const Tensor& prediction, const Tensor& target);

}  // namespace luge::metrics
