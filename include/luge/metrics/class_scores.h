// F1 score, precision and recall of classes, measured on the host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "luge/metrics/host_metric.h"

namespace luge::metrics {

/// Options of F1, Precision and Recall.
struct ClassScoreOptions {
  std::vector<std::string> classes = {};  ///< the names of the classes by label; empty: not known
  bool by_class = true;                   ///< give a figure for each class too, when their names are known
  std::optional<std::int64_t> ignore_index = {};  ///< positions whose true label is this do not count
};

/// The F1 score 2·tp / (2·tp + fp + fn). The figures are
///  - "f1": the mean over the classes that occur in the truth or in the predictions,
///  - "f1_weighted": the mean weighted by how often a class occurs in the truth,
///  - "f1.cat" for the class "cat". Characters other than letters, digits, "_" and "-" become "_"; where two
///    names become equal, and for an empty name, the label is added: "f1.a_b_3".
///
/// They are 0 where nothing occurs. A prediction has one label or several:
///  - "label", and the truth has "target" with as many elements. The predicted label -1 means none, as
///    for outputs that are NaN, and is wrong.
///  - "labels", and the truth has "target". Each is a list of labels, i32 or i64, or has 0 or 1 for each
///  class
///    in another dtype.
/// Counts are int64, so that batches and merged parts give the figures of the whole exactly. update throws
/// ValueError for a missing field, ShapeError when the numbers of elements differ, and IndexError for what is
/// not a label. Source: scikit-learn f1_score.
class F1 : public HostMetric {
 public:
  /// Makes the metric.
  explicit F1(const ClassScoreOptions& options = {});
};

/// The precision tp / (tp + fp): the share of a class among what was predicted as that class. Figures and
/// fields are those of F1. Source: scikit-learn precision_score.
class Precision : public HostMetric {
 public:
  /// Makes the metric.
  explicit Precision(const ClassScoreOptions& options = {});
};

/// The recall tp / (tp + fn): the share of a class that was predicted as such. Figures and fields are those
/// of F1. Source: scikit-learn recall_score.
class Recall : public HostMetric {
 public:
  /// Makes the metric.
  explicit Recall(const ClassScoreOptions& options = {});
};

}  // namespace luge::metrics
