#include "luge/metrics/host_metric.h"

namespace luge::metrics {

std::unique_ptr<HostRule> HostRule::of_classes(const std::vector<std::string>&) const { return fresh(); }

}  // namespace luge::metrics
