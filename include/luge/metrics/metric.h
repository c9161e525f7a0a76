// Metrics: figures over many batches, exact however uneven they are. Their sums live in Variables, so that a
// compiled step updates them without the host looking.
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

/// Which way a figure is good.
enum class Better : std::uint8_t { higher, lower };

/// A handle: copies share the sums, fresh() has its own. Every metric below is one.
class Metric {
 public:
  /// What a metric is made of: sums that begin at zero, how a batch changes them, and what they mean.
  struct Rule {
    std::string name;  // "accuracy"
    std::vector<std::pair<Shape, DType>> sums;
    std::function<Tensors(const Tensors& sums, const Tensor& prediction, const Tensor& target)> update;
    std::function<Tensor(const Tensors& sums)> result;
    /// Empty: nobody can say; whoever chooses by the figure has to be told.
    std::optional<Better> better = {};
    /// The same as `update` where some entries of the target count for nothing: `counted` is bool, in the
    /// target's shape. Empty: the metric takes them all.
    std::function<Tensors(const Tensors& sums, const Tensor& prediction, const Tensor& target,
                          const Tensor& counted)>
        update_counted = {};
  };
  explicit Metric(Rule rule);

  /// Adds a batch, of which only the entries of the target count where `counted` (bool, the target's shape)
  /// is true; empty: all. Inside a compiled function the sums change when it runs. Throws ShapeError naming
  /// the metric.
  void update(const Tensor& prediction, const Tensor& target, const Tensor& counted = {}) const;
  /// The figure so far, f64; a scalar unless the metric says otherwise.
  Tensor result() const;
  /// result() as a number. Throws ShapeError when it is not one.
  double value() const { return result().item<double>(); }
  /// Back to no samples.
  void reset() const;
  /// The same metric with sums of its own.
  Metric fresh() const;

  const std::string& name() const;
  std::optional<Better> better() const;
  /// The sums, for saving.
  const Variables& state() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

struct AccuracyOptions {
  std::int64_t axis = -1;  // of the classes
  double threshold = 0.5;  // of a single output: above it means 1 (0 for logits)
};
/// Share of samples whose largest output is at the label; 0 before the first. Prediction [N,…,C] with labels
/// [N,…] or [N,…,1], or one-hot [N,…,C]; or one output [N,1] (or [N]) with targets 0 and 1. A NaN among a
/// sample's outputs is a miss. A label that is not a whole number throws IndexError when the update runs,
/// here and below. Source: Keras Accuracy family.
class Accuracy : public Metric {
 public:
  explicit Accuracy(const AccuracyOptions& options = {});
};

/// Share of samples with fewer than k outputs above the label's. Prediction [N,C], labels [N] or [N,1]. A
/// label that is not a class counts as a miss, and so does a NaN among the outputs. Throws ValueError for k
/// below 1. Source: Keras SparseTopKCategoricalAccuracy.
class TopK : public Metric {
 public:
  explicit TopK(std::int64_t k = 5);
};

/// result() is i64 [classes,classes]: how often a sample of class (row) was taken for class (column). A
/// sample with a NaN among its outputs is taken for none. Prediction [N,classes], labels [N] or [N,1]. A
/// label that is not a class throws IndexError when the update runs.
class ConfusionMatrix : public Metric {
 public:
  explicit ConfusionMatrix(std::int64_t classes);
};

/// Mean of a scalar given as prediction over batches, weighted by the number of samples in `target`, or of
/// what counts where that is told: the mean of a mean loss over uneven batches, with Loss::counted also of
/// one that ignores labels. What is weighed in any other way adds up by Loss::sums.
class Mean : public Metric {
 public:
  explicit Mean(std::string name = "mean", std::optional<Better> better = {});
};

/// "accuracy", "accuracy-from-logits" (a single output counts above 0), "top5", "top<k>": for the shell.
/// Throws ValueError listing the names.
Metric named(const std::string& name);
std::vector<std::string> names();

}  // namespace luge::metrics
