#include "metrics/detections.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace luge::metrics {
namespace {

double area(const Box& box) { return std::max(0.0, box[2] - box[0]) * std::max(0.0, box[3] - box[1]); }

double shared_area(const Box& a, const Box& b) {
  return area({std::max(a[0], b[0]), std::max(a[1], b[1]), std::min(a[2], b[2]), std::min(a[3], b[3])});
}

bool is_nan(const Box& box) {
  return std::any_of(box.begin(), box.end(), [](double corner) { return std::isnan(corner); });
}

// A crowd may be larger than one thing of it.
double overlap_of(const Box& found, const TrueBox& truth) {
  if (!truth.crowd) return iou_of(found, truth.box);
  if (is_nan(found) || is_nan(truth.box) || area(found) <= 0) return 0;
  return shared_area(found, truth.box) / area(found);
}

// The nearest true box from the threshold on, or none. Those that count come first, as COCO has it; of equal
// ones the last. `best` is the first of the largest overlap of all, as VOC has it.
std::optional<std::size_t> nearest(const std::vector<double>& overlaps, const std::vector<TrueBox>& truth,
                                   const std::vector<bool>& taken, double threshold, Match match) {
  std::optional<std::size_t> best;
  if (match == Match::best) {
    for (std::size_t k = 0; k < overlaps.size(); ++k) {
      if (overlaps[k] >= threshold && (!best || overlaps[k] > overlaps[*best])) best = k;
    }
    return best && taken[*best] && truth[*best].counts() ? std::nullopt : best;
  }
  for (const bool counts : {true, false}) {
    for (std::size_t k = 0; k < overlaps.size(); ++k) {
      if (truth[k].counts() != counts || (taken[k] && !truth[k].crowd)) continue;
      if (overlaps[k] >= threshold && (!best || overlaps[k] >= overlaps[*best])) best = k;
    }
    if (best) return best;
  }
  return best;
}

// Precision and recall after all detections of one score.
struct Point {
  std::int64_t right = 0, predicted = 0;
  double precision = 0;
};

std::vector<Point> curve(const Detections& detections, std::size_t k, Ties ties) {
  std::vector<Point> points;
  Point now;
  double before = 0;
  for (const Detections::Entry& entry : detections.entries) {
    if (entry.ignored >> k & 1) continue;
    now.right += entry.right >> k & 1;
    ++now.predicted;
    now.precision = static_cast<double>(now.right) / static_cast<double>(now.predicted);
    if (ties == Ties::together && !points.empty() && before == entry.score) points.pop_back();
    points.push_back(now);
    before = entry.score;
  }
  // The precision at a recall is the largest from there on.
  for (std::size_t at = points.size(); at-- > 1;)
    points[at - 1].precision = std::max(points[at - 1].precision, points[at].precision);
  return points;
}

}  // namespace

double iou_of(const Box& a, const Box& b) {
  if (is_nan(a) || is_nan(b)) return 0;
  const double shared = shared_area(a, b);
  const double united = area(a) + area(b) - shared;
  return united > 0 ? shared / united : 0;
}

double distance_iou_of(const Box& a, const Box& b) {
  const auto squared = [](double x, double y) { return x * x + y * y; };
  const double diagonal =
      squared(std::max(a[2], b[2]) - std::min(a[0], b[0]), std::max(a[3], b[3]) - std::min(a[1], b[1]));
  const double distance = squared((a[0] + a[2] - b[0] - b[2]) / 2, (a[1] + a[3] - b[1] - b[3]) / 2);
  return iou_of(a, b) - (diagonal > 0 ? distance / diagonal : 0);
}

std::vector<std::optional<std::size_t>> taken_boxes(const std::vector<Box>& found,
                                                    const std::vector<TrueBox>& truth, double threshold,
                                                    Match match) {
  std::vector<bool> taken(truth.size());
  std::vector<std::optional<std::size_t>> all;
  for (const Box& box : found) {
    std::vector<double> overlaps;
    for (const TrueBox& each : truth) overlaps.push_back(overlap_of(box, each));
    all.push_back(nearest(overlaps, truth, taken, threshold, match));
    if (all.back()) taken[*all.back()] = true;
  }
  return all;
}

void Detections::add_picture(std::vector<std::pair<double, Box>> found, const std::vector<TrueBox>& truth,
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
  std::vector<Box> boxes;
  for (const auto& [score, box] : found) boxes.push_back(box);
  const std::size_t first = entries.size();
  for (const auto& [score, box] : found) entries.push_back({score, 0, 0});
  for (std::size_t k = 0; k < options.thresholds.size(); ++k) {
    const auto taken = taken_boxes(boxes, truth, options.thresholds[k], options.match);
    for (std::size_t at = 0; at < taken.size(); ++at) {
      if (!taken[at]) continue;
      Entry& entry = entries[first + at];
      (truth[*taken[at]].counts() ? entry.right : entry.ignored) |= std::int64_t{1} << k;
    }
  }
  truths += std::ranges::count_if(truth, [](const TrueBox& each) { return each.counts(); });
}

void Detections::add(const Detections& other) {
  entries.insert(entries.end(), other.entries.begin(), other.entries.end());
  truths += other.truths;
}

void Detections::order(Ties ties) {
  std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
    if (a.score != b.score || ties == Ties::in_order) return a.score > b.score;
    return a.right > b.right || (a.right == b.right && a.ignored < b.ignored);
  });
}

double average_precision(const Detections& detections, std::size_t k, RecallPoints points, Ties ties) {
  if (detections.truths == 0) return 0;
  const std::vector<Point> all = curve(detections, k, ties);
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
  // For VOC whole numbers are compared: 3 of 10 is a recall of 0.3. The tools of COCO compare the quotient
  // with step · 0.01, which is a little more than 0.35 for step 35, and so for a few others.
  const bool voc = points == RecallPoints::voc_11;
  const std::int64_t steps = voc ? 10 : 100;
  const auto below = [&](std::int64_t right, std::int64_t step) {
    const auto found = static_cast<double>(right), wanted = static_cast<double>(step);
    return voc ? found * 10 < wanted * truths : found / truths < (step < steps ? wanted * 0.01 : 1.0);
  };
  std::size_t at = 0;
  for (std::int64_t step = 0; step <= steps; ++step) {
    while (at < all.size() && below(all[at].right, step)) ++at;
    sum += at < all.size() ? all[at].precision : 0;
  }
  return sum / static_cast<double>(steps + 1);
}

}  // namespace luge::metrics
