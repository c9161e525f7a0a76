#include "train/monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/nearest.h"
#include "luge/error.h"

namespace luge::train {

using metrics::Better;

bool Monitor::improves(double value, double other, double least) const {
  if (std::isnan(value)) return false;
  if (std::isnan(other)) return true;
  return better == Better::higher ? value > other + least : value < other - least;
}

bool Monitor::reaches(double value, double wanted) const {
  return better == Better::higher ? value >= wanted : value <= wanted;
}

Monitor find_monitor(std::string_view who, const std::string& name, const std::optional<Better>& better,
                     const Columns& columns) {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; });
  if (found == columns.end()) {
    std::vector<std::string> names;
    for (const Column& column : columns) names.push_back(column.name);
    throw ValueError(fmt::format("{}: '{}' is not measured{}", who, name, suggestion(name, names)));
  }
  if (better) return {name, *better};
  if (found->better) return {name, *found->better};
  throw ValueError(
      fmt::format("{}: it is not known whether a higher or a lower '{}' is better; set better = "
                  "metrics::Better::higher or lower",
                  who, name));
}

Score score_of(const Logs& logs, const Monitor& monitor) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  Score score{kNan, kNan};  // an epoch from before may not have measured it
  for (const auto& [name, value] : logs) {
    if (name == monitor.name) score.value = value;
    if (name == kValidationLoss) score.tie = value;
  }
  return score;
}

bool beats(const Score& score, const Score& best, const Monitor& monitor) {
  if (monitor.improves(score.value, best.value)) return true;
  const Monitor loss{std::string(kValidationLoss), Better::lower};
  return score.value == best.value && loss.improves(score.tie, best.tie);
}

}  // namespace luge::train
