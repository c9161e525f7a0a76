#include "experiment/precision_recall.h"

#include <algorithm>
#include <cmath>

#include "experiment/measure.h"
#include "luge/io/tensorboard.h"

namespace luge::experiment {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostClasses = 40;
constexpr std::int64_t kThresholds = 101;

// The sum of precisions at each new recall, from the largest score down; equal scores are taken together.
double average_precision(const std::vector<double>& scores, const std::vector<bool>& truths,
                         double positives) {
  std::vector<std::size_t> order(scores.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  double sum = 0, hits = 0, before = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    hits += truths[order[k]];
    if (k + 1 < order.size() && scores[order[k + 1]] == scores[order[k]]) continue;
    sum += (hits - before) / positives * hits / static_cast<double>(k + 1);
    before = hits;
  }
  return sum;
}

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

Json curve_of(const std::vector<double>& scores, const std::vector<bool>& truths, const std::string& label) {
  const auto positives = static_cast<double>(std::ranges::count(truths, true));
  const io::PrCurve curve = io::pr_curve_of(scores, truths, kThresholds);
  Json points = Json::array();
  for (std::size_t k = 0; k < curve.precision.size(); ++k) {
    const auto right = curve.true_positives[k], taken = right + curve.false_positives[k];
    if (taken == 0) break;  // nothing is above it
    points.push_back({static_cast<double>(k) / (kThresholds - 1), rounded(curve.precision[k]),
                      rounded(curve.recall[k]), right, taken});
  }
  return {{"label", label},
          {"positives", positives},
          {"average_precision", average_precision(scores, truths, positives)},
          {"points", std::move(points)}};
}

}  // namespace

Json precision_recall(const Judged& judged, const std::vector<std::string>& names) {
  Json curves = Json::array();
  const bool binary = judged.answers.width == 1;
  const std::size_t classes = binary ? 2 : static_cast<std::size_t>(judged.answers.width);
  if (classes > kMostClasses) return curves;
  std::vector<std::int64_t> answered;
  for (std::int64_t i = 0; i < judged.samples.size(); ++i) {
    if (!is_no_answer(judged.answers.row(i))) answered.push_back(i);
  }
  std::vector<std::int64_t> labels;
  for (const std::int64_t i : answered) labels.push_back(label_of(judged.samples.get(i)));
  for (std::size_t k = binary ? 1 : 0; k < classes; ++k) {
    std::vector<double> scores;
    std::vector<bool> truths;
    for (std::size_t i = 0; i < answered.size(); ++i) {
      const auto row = judged.answers.row(answered[i]);
      scores.push_back(std::clamp(static_cast<double>(row[binary ? 0 : k]), 0.0, 1.0));
      truths.push_back(labels[i] == static_cast<std::int64_t>(k));
    }
    if (std::ranges::count(truths, true) == 0) continue;
    curves.push_back(curve_of(scores, truths, k < names.size() ? names[k] : std::to_string(k)));
  }
  return curves;
}

}  // namespace luge::experiment
