#include "metrics/class_counts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "luge/error.h"

namespace luge::metrics {
namespace {

using Json = nlohmann::json;

// What was read is added to further on.
constexpr std::int64_t kMostRead = std::int64_t{1} << 62;

// Four whole numbers, or nothing.
bool is_row(const Json& row) {
  return row.is_array() && row.size() == 4 &&
         std::all_of(row.begin(), row.end(), [](const Json& x) { return x.is_number_integer(); });
}

bool is_possible(const std::vector<std::int64_t>& row, std::int64_t classes) {
  const std::int64_t label = row[0], both = row[1], predicted = row[2], actual = row[3];
  return label >= 0 && (classes == 0 || label < classes) && both >= 0 &&
         both <= std::min(predicted, actual) && std::max(predicted, actual) > 0 &&
         std::max(predicted, actual) <= kMostRead;
}

}  // namespace

void ClassCounts::add(const ClassCounts& other) {
  for (const auto& [label, count] : other.counts_) {
    ClassCount& own = counts_[label];
    own = {own.both + count.both, own.predicted + count.predicted, own.actual + count.actual};
  }
}

ClassCount ClassCounts::of(std::int64_t label) const {
  const auto found = counts_.find(label);
  return found == counts_.end() ? ClassCount() : found->second;
}

std::string ClassCounts::text() const {
  std::vector<std::string> rows;
  for (const auto& [label, count] : counts_)
    rows.push_back(fmt::format("[{},{},{},{}]", label, count.both, count.predicted, count.actual));
  return fmt::format("[{}]", fmt::join(rows, ","));
}

ClassCounts ClassCounts::parse(const std::string& who, const std::string& text, std::int64_t classes) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array())
    throw FormatError(fmt::format("{}: the saved counts are not a JSON array; expected [[label,…],…]", who));
  ClassCounts result;
  for (const Json& entry : json) {
    const auto row = is_row(entry) ? entry.get<std::vector<std::int64_t>>() : std::vector<std::int64_t>();
    const bool right = !row.empty() && is_possible(row, classes) &&
                       result.counts_.emplace(row[0], ClassCount{row[1], row[2], row[3]}).second;
    if (right) continue;
    throw FormatError(fmt::format(
        "{}: the saved counts hold {}; expected [label,both,predicted,actual], each label once{}", who,
        entry.dump(), classes ? fmt::format(", labels 0 to {}", classes - 1) : std::string()));
  }
  return result;
}

}  // namespace luge::metrics
