#include "board/event_histograms.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace luge::board {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostMoments = 40, kBuckets = 40;

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

}  // namespace

Json histograms_json(const std::map<std::int64_t, io::Histogram>& moments) {
  double low = moments.begin()->second.min, high = moments.begin()->second.max;
  for (const auto& [step, histogram] : moments)
    low = std::min(low, histogram.min), high = std::max(high, histogram.max);
  const double width = high > low ? (high - low) / kBuckets : 1.0 / kBuckets;
  Json edges = Json::array(), steps = Json::array();
  for (std::size_t b = 0; b <= kBuckets; ++b) edges.push_back(low + width * static_cast<double>(b));
  Thinned thinned(moments.size(), kMostMoments);
  for (const auto& [step, histogram] : moments) {
    if (!thinned.keeps_next()) continue;
    steps.push_back({{"step", step},
                     {"min", histogram.min},
                     {"max", histogram.max},
                     {"count", histogram.count},
                     {"counts", spread_out(histogram, low, width)}});
  }
  return {{"edges", std::move(edges)}, {"steps", std::move(steps)}};
}

}  // namespace luge::board
