// pr_curve_of: counts by thresholds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "luge/error.h"
#include "luge/io/tensorboard.h"

namespace luge::io {

PrCurve pr_curve_of(std::span<const double> scores, const std::vector<bool>& truths,
                    std::int64_t thresholds) {
  if (scores.size() != truths.size())
    throw ValueError(fmt::format("pr_curve_of: {} scores and {} truths; expected equal numbers",
                                 scores.size(), truths.size()));
  if (thresholds < 2)
    throw ValueError(fmt::format("pr_curve_of: thresholds is {}; expected at least 2", thresholds));
  const auto count = static_cast<std::size_t>(thresholds);
  std::vector<double> right(count), wrong(count);
  for (std::size_t k = 0; k < scores.size(); ++k) {
    if (!(scores[k] >= 0 && scores[k] <= 1))
      throw ValueError(fmt::format("pr_curve_of: score {} is {}; expected a number in [0, 1]", k, scores[k]));
    (truths[k] ? right : wrong)[static_cast<std::size_t>(scores[k] * static_cast<double>(thresholds - 1))] +=
        1;
  }
  // A score is above all thresholds up to its own.
  for (std::size_t k = count - 1; k > 0; --k) right[k - 1] += right[k], wrong[k - 1] += wrong[k];
  PrCurve curve{.true_positives = right, .false_positives = wrong};
  for (std::size_t k = 0; k < count; ++k) {
    curve.true_negatives.push_back(wrong[0] - wrong[k]);
    curve.false_negatives.push_back(right[0] - right[k]);
    curve.precision.push_back(right[k] / std::max(1e-7, right[k] + wrong[k]));
    curve.recall.push_back(right[k] / std::max(1e-7, right[0]));
  }
  return curve;
}

}  // namespace luge::io
