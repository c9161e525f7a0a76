#include "metrics/detections.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace luge::metrics {
namespace {

double area(const Box& box) { return std::max(0.0, box[2] - box[0]) * std::max(0.0, box[3] - box[1]); }

// The nearest true box from the threshold on, or none.
std::optional<std::size_t> nearest(const std::vector<double>& overlaps, const std::vector<bool>& taken,
                                   double threshold, Match match) {
  std::optional<std::size_t> best;
  for (std::size_t k = 0; k < overlaps.size(); ++k) {
    if (match == Match::free && taken[k]) continue;
    if (overlaps[k] >= threshold && (!best || overlaps[k] > overlaps[*best])) best = k;
  }
  return best && !taken[*best] ? best : std::nullopt;
}

// Precision and recall after all detections of one score.
struct Point {
  std::int64_t right = 0, predicted = 0;
  double precision = 0;
};

std::vector<Point> curve(const Detections& detections, std::size_t k) {
  std::vector<Point> points;
  Point now;
  for (std::size_t at = 0; at < detections.entries.size(); ++at) {
    const Detections::Entry& entry = detections.entries[at];
    now.right += entry.right >> k & 1;
    ++now.predicted;
    now.precision = static_cast<double>(now.right) / static_cast<double>(now.predicted);
    if (at > 0 && detections.entries[at - 1].score == entry.score) points.pop_back();
    points.push_back(now);
  }
  // The precision at a recall is the largest from there on.
  for (std::size_t at = points.size(); at-- > 1;)
    points[at - 1].precision = std::max(points[at - 1].precision, points[at].precision);
  return points;
}

}  // namespace

double iou_of(const Box& a, const Box& b) {
  for (const double corner : {a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]}) {
    if (std::isnan(corner)) return 0;
  }
  const double shared =
      area({std::max(a[0], b[0]), std::max(a[1], b[1]), std::min(a[2], b[2]), std::min(a[3], b[3])});
  const double united = area(a) + area(b) - shared;
  return united > 0 ? shared / united : 0;
}

void Detections::add_picture(std::vector<std::pair<double, Box>> found, const std::vector<Box>& truth,
                             const MeanAveragePrecisionOptions& options) {
  constexpr double most = std::numeric_limits<double>::max();
  for (auto& [score, box] : found) {
    if (std::isnan(score)) box[0] = score;  // wrong
    score = std::isnan(score) ? most : std::clamp(score, -most, most) + 0.0;
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto kept = static_cast<std::size_t>(options.max_detections);
  if (kept > 0 && found.size() > kept) found.resize(kept);
  std::vector<std::vector<bool>> taken(options.thresholds.size(), std::vector<bool>(truth.size()));
  for (const auto& [score, box] : found) {
    std::vector<double> overlaps;
    for (const Box& each : truth) overlaps.push_back(iou_of(box, each));
    Entry entry{score, 0};
    for (std::size_t k = 0; k < taken.size(); ++k) {
      const auto best = nearest(overlaps, taken[k], options.thresholds[k], options.match);
      if (!best) continue;
      taken[k][*best] = true;
      entry.right |= std::int64_t{1} << k;
    }
    entries.push_back(entry);
  }
  truths += static_cast<std::int64_t>(truth.size());
}

void Detections::add(const Detections& other) {
  entries.insert(entries.end(), other.entries.begin(), other.entries.end());
  truths += other.truths;
}

void Detections::order() {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.score > b.score || (a.score == b.score && a.right > b.right);
  });
}

double average_precision(const Detections& detections, std::size_t k, RecallPoints points) {
  if (detections.truths == 0) return 0;
  const std::vector<Point> all = curve(detections, k);
  const auto truths = static_cast<double>(detections.truths);
  double sum = 0;
  if (points == RecallPoints::all) {
    std::int64_t before = 0;
    for (const Point& point : all) {
      sum += static_cast<double>(point.right - before) / truths * point.precision;
      before = point.right;
    }
    return sum;
  }
  // Whole numbers are compared: 3 of 10 is a recall of 0.3.
  const std::int64_t steps = points == RecallPoints::voc_11 ? 10 : 100;
  std::size_t at = 0;
  for (std::int64_t step = 0; step <= steps; ++step) {
    while (at < all.size() && static_cast<double>(all[at].right) * static_cast<double>(steps) <
                                  static_cast<double>(step) * truths)
      ++at;
    sum += at < all.size() ? all[at].precision : 0;
  }
  return sum / static_cast<double>(steps + 1);
}

}  // namespace luge::metrics
