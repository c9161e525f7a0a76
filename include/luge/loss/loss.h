// Losses: what a training makes small. Each gives one cost per sample, weighs the samples, and reduces them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "luge/ops/nn.h"
#include "luge/tensor.h"

namespace luge::loss {

enum class Reduction : std::uint8_t {
  mean,  // Σ weight·cost / Σ weight; 0, with no gradient, where all weights are 0
  sum,   // Σ weight·cost
  none   // weight·cost of each sample
};

/// What a loss says about each sample.
struct Cost {
  Tensor each;    // [N] or, where each position of a sample is judged, [N,…]
  Tensor weight;  // the same shape, or empty: 1 each
};

/// What a loss takes as targets.
struct Targets {
  enum class Kind : std::uint8_t {
    values,         // any finite number
    probabilities,  // numbers in [0,1]
    labels          // whole numbers below `classes`, or `ignore_index`
  } kind = Kind::values;
  std::int64_t classes = 0;
  std::int64_t ignore_index = no_label;
};

/// A cost over many samples, in two parts that may be added up over batches.
struct Sums {
  Tensor cost;    // Σ weight·cost, f64
  Tensor weight;  // Σ weight, f64; the number of costs where all weights are 1
};

/// A loss by its name and its cost; every loss below is one. Copies are equal.
class Loss {
 public:
  using Function = std::function<Cost(const Tensor& prediction, const Tensor& target)>;
  using TargetsOf = std::function<Targets(const Shape& prediction, const Shape& target)>;
  /// `targets` says what targets of such a shape must be; without it they are values.
  Loss(std::string name, Reduction reduction, Function cost, TargetsOf targets = {});

  /// The reduced cost, float32 for predictions of 16 bits. `sample_weight` [N] multiplies the loss' own
  /// weights; empty: 1 each; where it is 0, prediction and target are not looked at. Samples that weigh
  /// nothing together have a mean of 0. Throws ShapeError and DTypeError naming the loss.
  Tensor operator()(const Tensor& prediction, const Tensor& target, const Tensor& sample_weight = {}) const;
  /// What the mean is made of, whatever the reduction: over batches that are not alike, the mean of all is
  /// the sum of the costs by the sum of the weights.
  Sums sums(const Tensor& prediction, const Tensor& target, const Tensor& sample_weight = {}) const;
  /// The quotient; 0 where nothing weighs.
  static Tensor mean(const Sums& sums);

  Targets targets(const Shape& prediction, const Shape& target) const;
  /// Which entries of the target count, bool in its shape; empty: all.
  Tensor counted(const Tensor& prediction, const Tensor& target) const;

  const std::string& name() const { return name_; }
  Reduction reduction() const { return reduction_; }

 private:
  Cost weighed(const Tensor& prediction, const Tensor& target, const Tensor& sample_weight) const;
  std::string name_;
  Reduction reduction_;
  Function cost_;
  TargetsOf targets_;
};

struct SoftmaxCrossEntropyOptions {
  std::int64_t axis = -1;                  // of the classes in the logits
  double label_smoothing = 0;              // in [0,1)
  std::vector<double> class_weights = {};  // one number a class: a sample counts as much as its class
  std::int64_t ignore_index = no_label;    // samples with this label count for nothing
  Reduction reduction = Reduction::mean;
};
/// -Σ t·log softmax(logits). Logits [N,…,C]; target holds labels [N,…] or [N,…,1] of any dtype without
/// fractions, or probabilities [N,…,C]. See softmax_cross_entropy for what a label out of range does. Throws
/// ValueError for as many class weights as there are not classes. Source: PyTorch nn.CrossEntropyLoss (whose
/// class weights act inside the sum when labels are smoothed; here they weigh the sample).
class SoftmaxCrossEntropy : public Loss {
 public:
  explicit SoftmaxCrossEntropy(const SoftmaxCrossEntropyOptions& options = {});
};

/// Mean of (t - y)² over the elements of a sample. Prediction and target of one shape, or [N,1] and [N]; a
/// target of another dtype is cast to the prediction's. Source: PyTorch nn.MSELoss, Keras MeanSquaredError.
class MSE : public Loss {
 public:
  explicit MSE(Reduction reduction = Reduction::mean);
};

struct BinaryCrossEntropyOptions {
  bool from_logits =
      true;  // predictions are logits; else probabilities, whose logarithms are held above -100
  double label_smoothing = 0;  // t becomes (1-s)·t + s/2
  double positive_weight = 1;  // a sample counts 1 + (this - 1)·t: balances rare positives
  Reduction reduction = Reduction::mean;
};
/// Mean of -(t·log p + (1-t)·log(1-p)) over the elements of a sample; shapes and dtypes as for MSE, targets
/// in [0,1]. Source: PyTorch nn.BCEWithLogitsLoss, nn.BCELoss.
class BinaryCrossEntropy : public Loss {
 public:
  explicit BinaryCrossEntropy(const BinaryCrossEntropyOptions& options = {});
};

/// "softmax-cross-entropy", "mse", "binary-cross-entropy": with default options, for the shell. Throws
/// ValueError listing the names.
Loss named(const std::string& name);
std::vector<std::string> names();

}  // namespace luge::loss
