// Metrics by name, those of the device and those of the host: each registers itself in its own file.
#pragma once

#include <variant>

#include "core/registry.h"
#include "luge/metrics/host_metric.h"
#include "luge/metrics/metric.h"

namespace luge::metrics {

using AnyMetric = std::variant<Metric, HostMetric>;
using MetricRegistry = Registry<AnyMetric>;
MetricRegistry& known();

}  // namespace luge::metrics
