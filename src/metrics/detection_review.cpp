#include "luge/metrics/detection_review.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/error.h"
#include "metrics/box_records.h"

namespace luge::metrics {
namespace {

constexpr const char* kName = "detection review";
constexpr int kSteps = 100;

struct Candidate {
  double overlap;
  std::size_t found, truth;
};

}  // namespace

struct DetectionReview::Seen {
  DetectionReviewOptions options;
  MeanAveragePrecisionOptions rule;  // how boxes are taken
  std::vector<Detections> classes;
  std::vector<std::vector<std::int64_t>> confusion;

  void confuse(const std::vector<FoundBox>& found, const std::vector<LabeledBox>& there) {
    const std::size_t background = classes.size();
    std::vector<Candidate> pairs;
    for (std::size_t f = 0; f < found.size(); ++f) {
      for (std::size_t t = 0; found[f].score >= options.score && t < there.size(); ++t) {
        const double overlap = iou_of(found[f].box, there[t].truth.box);
        if (overlap >= options.overlap) pairs.push_back({overlap, f, t});
      }
    }
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Candidate& a, const Candidate& b) { return a.overlap > b.overlap; });
    std::vector<bool> is_paired(found.size()), is_found(there.size());
    for (const auto& [overlap, f, t] : pairs) {
      if (is_paired[f] || is_found[t]) continue;
      is_paired[f] = is_found[t] = true;
      if (there[t].truth.counts())
        ++confusion[static_cast<std::size_t>(there[t].label)][static_cast<std::size_t>(found[f].label)];
    }
    for (std::size_t f = 0; f < found.size(); ++f) {
      if (found[f].score >= options.score && !is_paired[f])
        ++confusion[background][static_cast<std::size_t>(found[f].label)];
    }
    for (std::size_t t = 0; t < there.size(); ++t) {
      if (there[t].truth.counts() && !is_found[t])
        ++confusion[static_cast<std::size_t>(there[t].label)][background];
    }
  }
};

DetectionReview::DetectionReview(const DetectionReviewOptions& options) : seen_(std::make_shared<Seen>()) {
  if (options.classes.empty())
    throw ValueError(fmt::format("{}: there are no classes; expected the names of one or more", kName));
  if (!(options.overlap > 0 && options.overlap <= 1))
    throw ValueError(fmt::format("{}: overlap is {}; expected above 0 to 1", kName, options.overlap));
  if (std::isnan(options.score))
    throw ValueError(fmt::format("{}: score is {}; expected a number", kName, options.score));
  seen_->options = options;
  seen_->rule.thresholds = {options.overlap};
  seen_->classes.resize(options.classes.size());
  seen_->confusion.assign(options.classes.size() + 1, std::vector<std::int64_t>(options.classes.size() + 1));
}

void DetectionReview::update(const data::Record& prediction, const data::Record& truth) {
  const auto count = static_cast<std::int64_t>(seen_->classes.size());
  const std::vector<FoundBox> found = found_boxes(kName, prediction, count);
  const std::vector<LabeledBox> there = true_boxes(kName, truth, count);
  for (std::int64_t label = 0; label < count; ++label) {
    std::vector<std::pair<double, Box>> own_found;
    std::vector<TrueBox> own_there;
    for (const FoundBox& each : found)
      if (each.label == label) own_found.emplace_back(each.score, each.box);
    for (const LabeledBox& each : there)
      if (each.label == label) own_there.push_back(each.truth);
    seen_->classes[static_cast<std::size_t>(label)].add_picture(std::move(own_found), own_there, seen_->rule);
  }
  seen_->confuse(found, there);
}

std::vector<DetectionCurve> DetectionReview::curves() const {
  std::vector<DetectionCurve> all;
  for (std::size_t k = 0; k < seen_->classes.size(); ++k) {
    Detections detections = seen_->classes[k];
    if (detections.truths == 0) continue;
    detections.order(seen_->rule.ties);
    DetectionCurve curve{seen_->options.classes[k], detections.truths,
                         average_precision(detections, 0, seen_->rule.points, seen_->rule.ties)};
    for (int step = 0; step <= kSteps; ++step) {
      ScorePoint point{.score = static_cast<double>(step) / kSteps};
      for (const Detections::Entry& entry : detections.entries) {
        if (entry.score < point.score) break;
        if (entry.ignored == 0) point.taken += 1, point.right += entry.right;
      }
      const auto right = static_cast<double>(point.right);
      if (point.taken > 0) point.precision = right / static_cast<double>(point.taken);
      point.recall = right / static_cast<double>(detections.truths);
      const double both = point.precision + point.recall;
      point.f1 = both > 0 ? 2 * point.precision * point.recall / both : 0;
      curve.points.push_back(point);
    }
    all.push_back(std::move(curve));
  }
  return all;
}

std::vector<std::vector<std::int64_t>> DetectionReview::confusion() const { return seen_->confusion; }

}  // namespace luge::metrics
