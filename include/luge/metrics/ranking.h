// Figures of how well scores put what is true first: areas under curves, and the curves themselves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/metrics/class_scores.h"
#include "luge/metrics/host_metric.h"

namespace luge::metrics {

/// Options of AreaUnderROC and AveragePrecision.
struct RankingOptions {
  std::vector<std::string> classes = {};  ///< the names of the classes by label; empty: not known
  bool by_class = true;  ///< give a figure for each class too, when there are names of more than two
  /// What the first figure is: Average::macro is the mean over the classes for which the area is defined,
  /// Average::weighted weights them by their samples, and Average::micro takes all scores together.
  Average average = Average::macro;
  /// 0: every score is kept, and the areas are exact. Otherwise scores are cut down to multiples of 1/bins
  /// in 0 … 1, so that the metric needs no more memory than that.
  std::int64_t bins = 0;
  /// Returns true when all options are equal.
  bool operator==(const RankingOptions&) const = default;
};

/// The area under the receiver operating characteristic: the probability that a sample of a class has a
/// higher score for it than one of the others; equal scores count half. The prediction has "probabilities"
/// [classes], the truth "target": one label, or with "labels" in the prediction several, as F1 reads them. Of
/// two classes with one label the score is that of class 1, of more classes each is compared with the rest.
/// The figures are "auc-roc", the mean, and "auc-roc.cat" for the class "cat". The area is not defined for a
/// class that all samples have or none has; it does not count in means, and its own figure is 0; a mean of
/// none is 0. A sample with a NaN among its scores ranks last for what is true and first for what is not.
/// Parts in any order give the figure of the whole exactly. update throws ValueError for a missing field,
/// ShapeError for another number of scores, and IndexError for what is not a label. Source: scikit-learn
/// roc_auc_score with multi_class = "ovr".
class AreaUnderROC : public HostMetric {
 public:
  /// Makes the metric.
  explicit AreaUnderROC(const RankingOptions& options = {});
};

/// The average precision Σ (recall_n - recall_(n-1)) · precision_n over the thresholds in falling order,
/// which is the area under the steps of the precision-recall curve. It is defined for a class that a sample
/// has. The figures "auc-pr" and the rest are as for AreaUnderROC. What is true of a sample with a NaN is
/// never found. Source: scikit-learn average_precision_score.
class AveragePrecision : public HostMetric {
 public:
  /// Makes the metric.
  explicit AveragePrecision(const RankingOptions& options = {});
};

/// A precision-recall curve: what is found when scores from a threshold on count as predicted.
struct PrecisionRecallCurve {
  std::vector<double> threshold;  ///< the distinct scores, ascending
  std::vector<double> precision;  ///< the share of what is predicted that is true, and 1 at the end
  std::vector<double> recall;     ///< the share of what is true that is predicted, and 0 at the end
};
/// Returns the curve of scores of samples, and for each whether it is true. A NaN is never predicted. When
/// nothing is true, the recall is 0. Throws ShapeError when the numbers of scores and truths differ. Source:
/// scikit-learn precision_recall_curve, where the recall is then 1.
PrecisionRecallCurve precision_recall_curve(const std::vector<double>& scores,
                                            const std::vector<bool>& truth);

}  // namespace luge::metrics
