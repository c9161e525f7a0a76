// Metrics: figures over many batches, exact also for batches of different sizes. Their sums are Variables, so
// that a compiled step updates them on the device.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luge/options.h"
#include "luge/output_kind.h"
#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge::metrics {

/// Which values of a figure are better.
enum class Better : std::uint8_t {
  higher,  ///< higher values, as for an accuracy
  lower    ///< lower values, as for a loss
};

/// What a metric can be measured on.
enum class Measures : std::uint8_t {
  anything,  ///< outputs and targets of any meaning
  classes,   ///< outputs that tell classes apart, or numbers that stand for classes
  values     ///< numbers that stand for themselves, as in regression
};
/// Throws ValueError that names the metric when it cannot be measured. `outputs` says what the outputs of the
/// network mean, and `targets_are_classes` whether the targets are classes.
void check_measures(std::string_view metric, Measures measures, OutputKind outputs, bool targets_are_classes);

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
    Measures measures = Measures::anything;  ///< what it can be measured on
    /// Returns the sums of all data from the sums of two parts of it. Empty: sums are added.
    std::function<Tensors(const Tensors& sums, const Tensors& others)> merge = {};
    /// Returns the rule for outputs of this kind, with the same sums. Empty: it is the same for all kinds.
    std::function<Rule(OutputKind outputs)> of_outputs = {};
  };
  /// Makes a metric of your own.
  explicit Metric(Rule rule);

  /// Adds a batch. `counted` is bool in the shape of the target and true for the entries that count; when it
  /// is empty all count. Inside a compiled function the sums change when it runs. Throws ShapeError naming
  /// the metric when prediction and target do not match.
  void update(const Tensor& prediction, const Tensor& target, const Tensor& counted = {}) const;
  /// Adds what another metric of the same kind has seen, such as on another part of the data. Throws
  /// ValueError naming both when it is of another kind; nothing changes then.
  void merge(const Metric& other) const;
  /// Returns the figure so far. It is rank-0 f64 unless the metric says otherwise.
  Tensor result() const;
  /// Returns result() as a number. Throws ShapeError when it does not have one element.
  double value() const { return result().item<double>(); }
  /// Sets the sums to 0.
  void reset() const;
  /// Returns the same metric with new sums.
  Metric fresh() const;
  /// Returns the same metric for outputs of this kind, with the same sums: Accuracy compares logits with 0
  /// and probabilities with 0.5. A trainer calls it with what its loss says.
  Metric of_outputs(OutputKind outputs) const;

  /// Returns the name, such as "accuracy".
  const std::string& name() const;
  /// Returns which values are better; empty when it is not known.
  std::optional<Better> better() const;
  /// Returns what it can be measured on.
  Measures measures() const;
  /// Returns the sums, for saving.
  const Variables& state() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Options of Accuracy.
struct AccuracyOptions {
  std::int64_t axis = -1;  ///< the class axis
  /// A single output above it means 1. Empty: 0 for logits, where the kind of the outputs is known (see
  /// Metric::of_outputs), and otherwise 0.5.
  std::optional<double> threshold = {};
};
/// The share of samples whose largest output is that of the label; 0 when there are no samples. The
/// prediction is [N,…,C], with labels [N,…] or [N,…,1], or with a one-hot target [N,…,C]; or it is a single
/// output [N,1] or [N], with targets 0 and 1. Where the outputs are known to answer yes or no (see
/// Metric::of_outputs), each output of [N,…] is compared with its own target 0 or 1, and counts for itself. A
/// sample with a NaN among its outputs counts as wrong. A label that is not a whole number throws IndexError
/// when the update runs. Source: Keras Accuracy, BinaryAccuracy, CategoricalAccuracy and
/// SparseCategoricalAccuracy.
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

/// The perplexity exp(mean cross-entropy) of labels [N,…] under logits [N,…,C]: among how many equally likely
/// labels a model that is as unsure would choose. It is 0 when there are no labels. A label out of range
/// throws IndexError when the update runs. Source: Keras Perplexity.
class Perplexity : public Metric {
 public:
  /// Makes the metric.
  Perplexity();
};

/// The confusion matrix: result() is i64 [classes,classes], and the entry in row r and column c counts the
/// samples of class r that were predicted as class c. A sample with a NaN among its outputs is not counted.
/// The prediction is [N,classes], the labels are [N] or [N,1]. A label that is not a class throws IndexError
/// when the update runs.
class ConfusionMatrix : public Metric {
 public:
  /// Makes the metric for this number of classes. Throws ValueError for a number below 1.
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

/// Registers a metric under a name that named and the shell take, with one line that says what it is. `make`
/// is a function that makes it, from a struct of its options if it has any (luge/options.h). Returns false
/// when the name is taken.
///
///     const bool added = metrics::add("f2", "…", [](const F2Options& options) {
///       return metrics::Metric(f2_rule(options));
///     });
bool add(const std::string& name, const std::string& description, options::Maker<Metric> make);
/// Returns a metric by its name: "accuracy", "accuracy-from-logits" (a single output above 0 means 1),
/// "top-k", "top5" or top with another number, "perplexity". The text may hold options:
/// "accuracy(threshold=0.3)". Throws ValueError for another name, and lists those that exist; throws
/// options::OptionError for an option that does not exist or is out of range.
Metric named(const std::string& name, const options::Values& values = {});
/// Returns the line about the metric of this name. Throws ValueError as `named` does.
std::string description(const std::string& name);
/// Returns the names that `named` takes. Of top1, top2 … it is "top-k".
std::vector<std::string> names();

}  // namespace luge::metrics
