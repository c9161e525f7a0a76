#include "board/run_events.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "luge/error.h"
#include "luge/io/tensorboard.h"

namespace luge::board {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostMoments = 40, kBuckets = 40, kMostNames = 200;
constexpr std::uint64_t kLargestFile = 256u << 20;
constexpr const char* kParts[][2] = {{"train", "training"}, {"validation", "validation"}};

using Moments = std::map<std::int64_t, io::Histogram>;  // by step
using Series = std::map<std::string, Moments>;

void take(const io::Event& event, Series& series) {
  if (event.restarts) {  // what came before does not count any more
    for (auto& [name, moments] : series) moments.erase(moments.lower_bound(event.step), moments.end());
  }
  for (const io::LoggedValue& each : event.values) {
    const auto* histogram = std::get_if<io::Histogram>(&each.value);
    if (!histogram || histogram->count <= 0 || !std::isfinite(histogram->min) ||
        !std::isfinite(histogram->max))
      continue;
    if (series.size() < kMostNames || series.contains(each.tag)) series[each.tag][event.step] = *histogram;
  }
}

Series read_series(const Folder& folder) {
  Series series;
  for (const std::string& name : folder.files()) {
    const auto stamp = folder.stamp(name);
    if (name.find("tfevents") == std::string::npos || !stamp || stamp->size > kLargestFile) continue;
    folder.with_file(name, [&](const std::filesystem::path& path) {
      try {
        io::EventReader reader(path);
        while (const auto event = reader.next()) take(*event, series);
      } catch (const Error&) {  // what was read so far is shown
      }
    });
  }
  return series;
}

// The counts of a histogram in buckets of equal width.
std::vector<double> spread_out(const io::Histogram& histogram, double low, double width) {
  std::vector<double> counts(kBuckets, 0);
  for (std::size_t k = 0; k < std::min(histogram.limits.size(), histogram.counts.size()); ++k) {
    if (histogram.counts[k] <= 0) continue;
    const double from = std::max(k > 0 ? histogram.limits[k - 1] : histogram.min, histogram.min),
                 to = std::max(std::min(histogram.limits[k], histogram.max), from);
    for (std::size_t b = 0; b < kBuckets; ++b) {
      const double left = low + width * static_cast<double>(b), right = left + width;
      const bool inside = from >= left && (from < right || b + 1 == kBuckets);
      const double shared = std::min(to, right) - std::max(from, left);
      if (to > from && shared > 0) counts[b] += histogram.counts[k] * shared / (to - from);
      if (to <= from && inside) counts[b] += histogram.counts[k];
    }
  }
  for (double& count : counts) count = std::round(count * 100) / 100;
  return counts;
}

Json series_json(const std::string& name, const char* part, const Moments& moments) {
  double low = moments.begin()->second.min, high = moments.begin()->second.max;
  for (const auto& [step, histogram] : moments)
    low = std::min(low, histogram.min), high = std::max(high, histogram.max);
  const double width = high > low ? (high - low) / kBuckets : 1.0 / kBuckets;
  Json edges = Json::array(), steps = Json::array();
  for (std::size_t b = 0; b <= kBuckets; ++b) edges.push_back(low + width * static_cast<double>(b));
  const std::size_t every = (moments.size() + kMostMoments - 1) / kMostMoments;
  std::size_t left = moments.size();
  for (const auto& [step, histogram] : moments) {
    if (--left % every != 0) continue;
    steps.push_back({{"step", step},
                     {"min", histogram.min},
                     {"max", histogram.max},
                     {"count", histogram.count},
                     {"counts", spread_out(histogram, low, width)}});
  }
  return {{"name", name}, {"part", part}, {"edges", std::move(edges)}, {"steps", std::move(steps)}};
}

}  // namespace

Json events_json(const Folder& run) {
  Json all = Json::array();
  for (const auto& [folder_name, part] : kParts) {
    const auto folder = run.below(folder_name);
    if (!folder) continue;
    for (const auto& [name, moments] : read_series(*folder)) {
      if (!moments.empty()) all.push_back(series_json(name, part, moments));
    }
  }
  if (all.empty()) return Json::object();
  return {{"histograms", std::move(all)}};
}

}  // namespace luge::board
