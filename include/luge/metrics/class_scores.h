// Scores of classes from counts of labels, measured on the host: F1, precision, recall, overlap of class
// maps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "luge/metrics/host_metric.h"

namespace luge::metrics {

/// Which mean over the classes a figure is.
enum class Average : std::uint8_t {
  macro,     ///< the mean over the classes that occur
  micro,     ///< the figure of the counts of all classes together
  weighted,  ///< the mean weighted by how often a class occurs in the truth
  binary,    ///< the figure of class 1
  none       ///< no mean, only a figure for each class
};

/// Options of F1, FBeta, Precision, Recall, MeanIoU and Dice.
struct ClassScoreOptions {
  std::vector<std::string> classes = {};  ///< the names of the classes by label; empty: not known
  bool by_class = true;                   ///< give a figure for each class too, when their names are known
  std::optional<std::int64_t> ignore_index = {};  ///< positions whose true label is this do not count
  Average average = Average::macro;               ///< what the first figure is
  /// Of two classes: class 1 is predicted where its probability is above this number, and "probabilities"
  /// [2] is read in place of "label". Empty: the predicted label is read.
  std::optional<double> threshold = {};
  /// Returns true when all options are equal.
  bool operator==(const ClassScoreOptions&) const = default;
};

/// The F1 score 2·tp / (2·tp + fp + fn). The figures are
///  - "f1": the mean over the classes that occur in the truth or in the predictions, or what
///    ClassScoreOptions::average says,
///  - "f1_weighted", with Average::macro alone: the mean weighted by how often a class occurs in the truth,
///  - "f1.cat" for the class "cat". Characters other than letters, digits, "_" and "-" become "_"; where two
///    names become equal, and for an empty name, the label is added: "f1.a_b_3".
///
/// They are 0 where nothing occurs. A prediction has one label or several:
///  - "label", or a class map "mask", and the truth has "target" of the same number of elements. The label
///    -1 means that none is predicted, as for outputs that are NaN, and is wrong.
///  - "labels", and the truth has "target". Each is a list of labels, i32 or i64, or has 0 or 1 for each
///    class in another dtype.
///
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

/// Options of FBeta.
struct FBetaOptions : ClassScoreOptions {
  double beta = 2;  ///< how many times as important the recall is as the precision, above 0
  /// Returns true when all options are equal.
  bool operator==(const FBetaOptions&) const = default;
};
/// The F-beta score (1 + b²)·tp / ((1 + b²)·tp + b²·fn + fp). Figures ("f-beta", "f-beta_weighted" …) and
/// fields are those of F1, which is the score of beta 1. Source: scikit-learn fbeta_score.
class FBeta : public HostMetric {
 public:
  /// Makes the metric. Throws OptionError for a beta that is not above 0.
  explicit FBeta(const FBetaOptions& options = {});
};

/// The intersection over union tp / (tp + fp + fn) of the positions of each class. The figure "mean-iou" is
/// the mean over the classes that occur in the truth or in the predictions: a class that is absent in both
/// does not count. Counts are those of all samples together. Figures and fields are else those of F1. Source:
/// scikit-learn jaccard_score over the classes that occur; Long et al. 2015.
class MeanIoU : public HostMetric {
 public:
  /// Makes the metric.
  explicit MeanIoU(const ClassScoreOptions& options = {});
};

/// The Dice coefficient 2·|A∩B| / (|A| + |B|) of the positions of each class, which is their F1 score.
/// Classes that are absent in both do not count. Figures ("dice" …) and fields are else those of F1. Source:
/// Dice 1945.
class Dice : public HostMetric {
 public:
  /// Makes the metric.
  explicit Dice(const ClassScoreOptions& options = {});
};

}  // namespace luge::metrics
