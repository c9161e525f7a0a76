#include "luge/metrics/suppression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "luge/error.h"
#include "metrics/detections.h"

namespace luge::metrics {
namespace {

struct Candidate {
  Box box;
  std::size_t index;
  double score;
};

// What is kept of one group, in which each detection can suppress each other one.
std::vector<Kept> kept_of(std::vector<Candidate> left, const SuppressionOptions& options) {
  std::vector<Kept> kept;
  while (!left.empty()) {
    // The first of the largest: equal scores keep their order.
    const auto best = std::max_element(
        left.begin(), left.end(), [](const Candidate& a, const Candidate& b) { return a.score < b.score; });
    const Candidate taken = *best;
    left.erase(best);
    kept.push_back({taken.index, taken.score});
    if (options.how == Suppression::soft) {
      for (Candidate& each : left) {
        const double overlap = iou_of(taken.box, each.box);
        each.score *= std::exp(-overlap * overlap / options.sigma);
      }
    }
    std::erase_if(left, [&](const Candidate& each) {
      switch (options.how) {
        case Suppression::greedy: return iou_of(taken.box, each.box) > options.overlap;
        case Suppression::distance: return distance_iou_of(taken.box, each.box) > options.overlap;
        case Suppression::soft: return each.score < options.score;
      }
      return false;
    });
  }
  return kept;
}

void check(const SuppressionOptions& o) {
  const auto refuse = [](const char* name, double value, const char* expected) {
    throw ValueError(fmt::format("suppress: {} is {}; expected {}", name, value, expected));
  };
  if (!(o.overlap >= 0 && o.overlap <= 1)) refuse("overlap", o.overlap, "0 to 1");
  if (!(o.sigma > 0)) refuse("sigma", o.sigma, "a number above 0");
  if (std::isnan(o.score)) refuse("score", o.score, "a number");
  if (o.most < 0) refuse("most", static_cast<double>(o.most), "0 or more");
}

}  // namespace

std::vector<Kept> suppress(std::span<const float> boxes, std::span<const float> scores,
                           std::span<const std::int64_t> labels, const SuppressionOptions& options) {
  check(options);
  if (boxes.size() != 4 * scores.size() || labels.size() != scores.size()) {
    throw ShapeError(
        fmt::format("suppress: {} corners, {} scores and {} labels; expected 4, 1 and 1 for each",
                    boxes.size(), scores.size(), labels.size()));
  }
  std::map<std::int64_t, std::vector<Candidate>> groups;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    const std::span<const float> corners = boxes.subspan(4 * k, 4);
    const bool nan = std::any_of(corners.begin(), corners.end(), [](float x) { return std::isnan(x); });
    if (nan || !(scores[k] >= options.score)) continue;
    groups[options.by_class ? labels[k] : 0].push_back(
        {{corners[0], corners[1], corners[2], corners[3]}, k, scores[k]});
  }
  std::vector<Kept> all;
  for (auto& [label, candidates] : groups) {
    const std::vector<Kept> kept = kept_of(std::move(candidates), options);
    all.insert(all.end(), kept.begin(), kept.end());
  }
  std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) {
    return a.score > b.score || (a.score == b.score && a.index < b.index);
  });
  if (options.most > 0 && all.size() > static_cast<std::size_t>(options.most))
    all.resize(static_cast<std::size_t>(options.most));
  return all;
}

}  // namespace luge::metrics
