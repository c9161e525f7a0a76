// Metrics: figures over many batches, exact also for batches of different sizes. Their sums are Variables, so
// that a compiled step updates them on the device.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge::metrics {

/// Which values of a figure are better.
enum class Better : std::uint8_t {
  higher,  ///< higher values, as for an accuracy
  lower    ///< lower values, as for a loss
};

/// Base class of the metrics. A metric is a handle: copies share the sums, and fresh() makes new ones.
///
///     metrics::Accuracy accuracy;
///     accuracy.update(net(x), labels);
///     std::cout << accuracy.value();
class Metric {
 public:
  /// What a metric is made of: sums that begin at 0, how a batch changes them, and how the figure follows.
  struct Rule {
    std::string name;                           ///< the name, such as "accuracy"
    std::vector<std::pair<Shape, DType>> sums;  ///< shape and dtype of each sum
    /// Returns the sums after a batch.
    std::function<Tensors(const Tensors& sums, const Tensor& prediction, const Tensor& target)> update;
    /// Returns the figure.
    std::function<Tensor(const Tensors& sums)> result;
    /// Which values are better; empty when it is not known. Then a callback that compares them must be told.
    std::optional<Better> better = {};
    /// Like `update` when only some entries of the target count: `counted` is bool, in the shape of the
    /// target. Empty: all entries count.
    std::function<Tensors(const Tensors& sums, const Tensor& prediction, const Tensor& target,
                          const Tensor& counted)>
        update_counted = {};
  };
  /// Makes a metric of your own.
  explicit Metric(Rule rule);

  /// Adds a batch. `counted` is bool in the shape of the target and true for the entries that count; when it
  /// is empty all count. Inside a compiled function the sums change when it runs. Throws ShapeError naming
  /// the metric when prediction and target do not match.
  void update(const Tensor& prediction, const Tensor& target, const Tensor& counted = {}) const;
  /// Returns the figure so far. It is rank-0 f64 unless the metric says otherwise.
  Tensor result() const;
  /// Returns result() as a number. Throws ShapeError when it does not have one element.
  double value() const { return result().item<double>(); }
  /// Sets the sums to 0.
  void reset() const;
  /// Returns the same metric with new sums.
  Metric fresh() const;

  /// Returns the name, such as "accuracy".
  const std::string& name() const;
  /// Returns which values are better; empty when it is not known.
  std::optional<Better> better() const;
  /// Returns the sums, for saving.
  const Variables& state() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Options of Accuracy.
struct AccuracyOptions {
  std::int64_t axis = -1;  ///< the class axis
  double threshold = 0.5;  ///< a single output above it means 1; use 0 for logits
};
/// The share of samples whose largest output is that of the label; 0 when there are no samples. The
/// prediction is [N,…,C], with labels [N,…] or [N,…,1], or with a one-hot target [N,…,C]; or it is a single
/// output [N,1] or [N], with targets 0 and 1. A sample with a NaN among its outputs counts as wrong. A label
/// that is not a whole number throws IndexError when the update runs. Source: Keras Accuracy, BinaryAccuracy,
/// CategoricalAccuracy and SparseCategoricalAccuracy.
class Accuracy : public Metric {
 public:
  /// Makes the metric.
  explicit Accuracy(const AccuracyOptions& options = {});
};

/// The share of samples whose label is among the k largest outputs: fewer than k outputs are larger than that
/// of the label. The prediction is [N,C], the labels are [N] or [N,1]. A label that is not a class counts as
/// wrong, and so does a NaN among the outputs. A label that is not a whole number throws IndexError when the
/// update runs. Source: Keras SparseTopKCategoricalAccuracy.
class TopK : public Metric {
 public:
  /// Makes the metric. Throws ValueError for k below 1.
  explicit TopK(std::int64_t k = 5);
};

/// The confusion matrix: result() is i64 [classes,classes], and the entry in row r and column c counts the
/// samples of class r that were predicted as class c. A sample with a NaN among its outputs is not counted.
/// The prediction is [N,classes], the labels are [N] or [N,1]. A label that is not a class throws IndexError
/// when the update runs.
class ConfusionMatrix : public Metric {
 public:
  /// Makes the metric for this number of classes.
  explicit ConfusionMatrix(std::int64_t classes);
};

/// The mean over batches of a rank-0 tensor that is given as the prediction, weighted by the number of
/// samples in the target, or by what counts where that is given. It is the right mean of a mean loss over
/// batches of different sizes; with Loss::counted also of a loss that ignores labels. What is weighted in
/// another way is added up with Loss::sums. Source: Keras Mean.
class Mean : public Metric {
 public:
  /// Makes the metric with a name of your own.
  explicit Mean(std::string name = "mean", std::optional<Better> better = {});
};

/// Returns a metric by its name, as the shell does: "accuracy", "accuracy-from-logits" (a single output above
/// 0 means 1), "top5" or top with another number. Throws ValueError for another name, and lists those that
/// exist.
Metric named(const std::string& name);
/// Returns the names that `named` takes.
std::vector<std::string> names();

}  // namespace luge::metrics
