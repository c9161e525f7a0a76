// Metrics by name: each registers itself in its own file.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "luge/metrics/metric.h"

namespace luge::metrics {

/// Registers a family of metrics, such as top1, top2 …: `parse` gives the metric of a name, or nothing when
/// it is not one of its names; `shown` is in lists. Returns false when that name is taken.
bool add_family(const std::string& shown, const std::string& description,
                std::function<std::optional<Metric>(const std::string& name)> parse);

/// Returns true for a name that `named` takes.
bool is_name(const std::string& name);

}  // namespace luge::metrics
