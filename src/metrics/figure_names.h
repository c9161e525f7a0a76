// Names of figures of single classes.
#pragma once

#include <string>
#include <vector>

namespace luge::metrics {

/// "metric.class" for each class, all different, without characters that mean something in tables or in the
/// shell.
std::vector<std::string> figure_names(const std::string& metric, const std::vector<std::string>& classes);

}  // namespace luge::metrics
