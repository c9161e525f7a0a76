// What the metrics of classifiers share.
#pragma once

#include "luge/metrics/metric.h"

namespace luge::metrics {

/// Rule::sums and Rule::result of a share: hits and samples, i64 both.
Metric::Rule share_of(std::string name,
                      std::function<Tensor(const Tensor& prediction, const Tensor& target)> hits);

/// Throws ShapeError unless prediction is [N,C] and target [N].
void check_labels(const std::string& metric, const Tensor& prediction, const Tensor& target);

}  // namespace luge::metrics
