// Metrics by name: each registers itself in its own file.
#pragma once

#include <optional>

#include "luge/metrics/metric.h"

namespace luge::metrics {

/// `parse` gives the metric of a name, or nothing when it is not one of its names; `shown` is in
/// lists.
bool add_named(const std::string& shown, std::optional<Metric> (*parse)(const std::string& name));

}  // namespace luge::metrics
