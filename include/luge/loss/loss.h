// Losses: what a training minimizes. A loss computes one cost for each sample, weights the samples, and
// reduces them to one number.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "luge/ops/nn.h"
#include "luge/options.h"
#include "luge/output_kind.h"
#include "luge/tensor.h"

namespace luge::loss {

/// How the costs of the samples are reduced.
enum class Reduction : std::uint8_t {
  mean,  ///< Σ weight·cost / Σ weight; 0 with no gradient when all weights are 0
  sum,   ///< Σ weight·cost
  none   ///< weight·cost of each sample, not reduced
};

/// What a loss function computes.
struct Cost {
  Tensor each;    ///< the cost of each sample [N], or of each position of each sample [N,…]
  Tensor weight;  ///< the weight of each cost, in the same shape; empty: all weights are 1
};

/// Which targets a loss takes.
struct Targets {
  /// The kinds of targets.
  enum class Kind : std::uint8_t {
    values,                              ///< any finite numbers
    probabilities,                       ///< numbers in [0, 1]
    labels                               ///< whole numbers in 0 … classes-1, or ignore_index
  } kind = Kind::values;                 ///< the kind of these targets
  std::int64_t classes = 0;              ///< the number of classes of labels
  std::int64_t ignore_index = no_label;  ///< the label that is ignored
};

/// What a loss says about itself. From it follow how many outputs a network needs, which targets are read,
/// what predictions mean, and which metrics can be measured.
struct About {
  OutputKind outputs = OutputKind::values;        ///< what the loss takes the outputs of the network for
  Targets::Kind targets = Targets::Kind::values;  ///< the usual targets
  std::int64_t axis = -1;  ///< the class axis of the prediction, when there is one output for each class
  bool log_probabilities = false;  ///< the logits must be logarithms of probabilities
};

/// A cost over many samples as two sums, which can be added up over batches.
struct Sums {
  Tensor cost;    ///< Σ weight·cost, rank-0 f64
  Tensor weight;  ///< Σ weight, rank-0 f64; the number of costs when all weights are 1
};

/// Base class of the losses: a name, a cost function, a reduction, and what they say about themselves.
///
///     Tensor value = loss::SoftmaxCrossEntropy()(net(x), labels);
class Loss {
 public:
  /// Computes the costs.
  using Function = std::function<Cost(const Tensor& prediction, const Tensor& target)>;
  /// States which targets the loss takes for these shapes.
  using TargetsOf = std::function<Targets(const Shape& prediction, const Shape& target)>;
  /// Makes a loss of your own. Without `about`, its outputs and targets are numbers. Without `targets`, they
  /// follow from `about`: labels count the classes along the class axis; probabilities are in [0, 1].
  Loss(std::string name, Reduction reduction, Function cost, const About& about = {}, TargetsOf targets = {});

  /// Returns the reduced cost; it is float32 for a prediction of 16 bits. `weight` multiplies the weights of
  /// the loss; when it is empty it is 1. It is [N], one number for each sample, or has more of the first
  /// extents of the costs, such as [N,T] for each position of sequences; bool is a mask. A loss with one
  /// output for each class has costs in the shape of the prediction without its class axis. Any other loss
  /// then takes each position for a sample of its own, so that MSE of [N,T,F] with [N,T] means over F. What
  /// has weight 0 is ignored, even when it is NaN, and the mean is 0 when all weights are 0. Throws
  /// ShapeError or DTypeError naming the loss when prediction, target and weights do not match.
  Tensor operator()(const Tensor& prediction, const Tensor& target, const Tensor& weight = {}) const;
  /// Returns the two sums that the mean is made of, for any reduction. The mean over uneven batches is the
  /// sum of the costs divided by the sum of the weights; when root() is true the loss is the square root of
  /// that. Throws as above.
  Sums sums(const Tensor& prediction, const Tensor& target, const Tensor& weight = {}) const;
  /// Returns cost / weight; 0 when the weight is 0.
  static Tensor mean(const Sums& sums);

  /// Returns the costs of samples or positions, not yet reduced, with the weights that the loss itself gives
  /// them: what another loss is made of. The root of root() is not taken.
  Cost costs(const Tensor& prediction, const Tensor& target) const { return cost_(prediction, target); }
  /// Returns which targets the loss takes for these shapes.
  Targets targets(const Shape& prediction, const Shape& target) const;
  /// Returns which entries of the target count, bool in its shape: those that the loss does not ignore and
  /// whose weight, as above, is not 0. An empty Tensor means that all count.
  Tensor counted(const Tensor& prediction, const Tensor& target, const Tensor& weight = {}) const;

  /// Returns the name, such as "mse".
  const std::string& name() const { return name_; }
  /// Returns the reduction.
  Reduction reduction() const { return reduction_; }
  /// Returns whether the loss is a square root: of the mean or the sum of the costs, or of each cost.
  bool root() const { return root_; }
  /// Returns the same loss with root(): what MSE is to RMSE. The root of 0 has the slope 0.
  Loss rooted() const;
  /// Returns what the loss says about itself.
  const About& about() const { return about_; }
  /// Returns what the loss takes the outputs of the network for.
  OutputKind outputs() const { return about_.outputs; }
  /// Returns the same loss, which says something else about itself: MSE of one-hot targets, say, can be told
  /// that its outputs are probabilities of classes.
  Loss with(const About& about) const;
  /// Returns how many outputs a network needs: one for each class when the loss tells classes apart by the
  /// largest output, otherwise one for each number of a target. `classes` is the number of classes in the
  /// data; when it is 0 and decides, the result is 0: it does not follow from the data. `numbers` is the
  /// number of elements of one target. Throws ValueError when the classes cannot be told apart.
  std::int64_t outputs_for(std::int64_t classes, std::int64_t numbers = 1) const;

 private:
  Cost weighed(const Tensor& prediction, const Tensor& target, const Tensor& weight) const;
  std::string name_;
  Reduction reduction_;
  bool root_ = false;
  Function cost_;
  About about_;
  TargetsOf targets_;
};

/// Options of SoftmaxCrossEntropy.
struct SoftmaxCrossEntropyOptions {
  std::int64_t axis = -1;                         ///< the class axis of the logits
  double label_smoothing = 0;                     ///< s in [0, 1): the target t becomes (1-s)·t + s/classes
  std::vector<double> class_weights = {};         ///< one number for each class: the weight of its samples
  std::optional<std::int64_t> ignore_index = {};  ///< samples with this label do not count
  Reduction reduction = Reduction::mean;          ///< how the costs are reduced
};
/// The cross-entropy -Σ t·log softmax(logits) of logits [N,…,C]. The target holds labels [N,…] or [N,…,1],
/// whole numbers of any dtype, or probabilities [N,…,C]. A label out of range throws IndexError when the
/// program runs. Throws ValueError when the number of class weights is not the number of classes. Source:
/// PyTorch nn.CrossEntropyLoss; with smoothed labels its class weights act inside the sum, here they weight
/// the sample.
class SoftmaxCrossEntropy : public Loss {
 public:
  /// Makes the loss. Throws ValueError when an option is out of range.
  explicit SoftmaxCrossEntropy(const SoftmaxCrossEntropyOptions& options = {});
};

/// The mean squared error: the mean of (t - y)² over the elements of each sample. Prediction y and target t
/// have one shape, or are [N,1] and [N]. The target is cast to the dtype of the prediction. Source: PyTorch
/// nn.MSELoss, Keras MeanSquaredError.
class MSE : public Loss {
 public:
  /// Makes the loss.
  explicit MSE(Reduction reduction = Reduction::mean);
};

/// Options of BinaryCrossEntropy.
struct BinaryCrossEntropyOptions {
  /// True: predictions are logits. False: they are probabilities, whose logarithms count as at least -100.
  bool from_logits = true;
  double label_smoothing = 0;             ///< s in [0, 1): the target t becomes (1-s)·t + s/2
  double positive_weight = 1;             ///< p above 0: an element has the weight 1 + (p - 1)·t
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The binary cross-entropy: the mean of -(t·log p + (1-t)·log(1-p)) over the elements of each sample. Shapes
/// and dtypes are those of MSE; targets are in [0, 1]. Source: PyTorch nn.BCEWithLogitsLoss, nn.BCELoss.
class BinaryCrossEntropy : public Loss {
 public:
  /// Makes the loss. Throws ValueError when an option is out of range.
  explicit BinaryCrossEntropy(const BinaryCrossEntropyOptions& options = {});
};

/// Registers a loss under a name that named and the shell take, with one line that says what it is. `make` is
/// a function that makes it, from a struct of its options if it has any (luge/options.h). Returns false when
/// the name is taken.
///
///     const bool added = loss::add("hinge", "the multi-class hinge loss",
///                                  [](const HingeOptions& options) { return hinge(options); });
bool add(const std::string& name, const std::string& description, options::Maker<Loss> make);
/// Returns a loss by its name, such as "softmax-cross-entropy", "mse" or "binary-cross-entropy". The text may
/// hold options: "softmax-cross-entropy(label_smoothing=0.1)". Throws ValueError for another name, and lists
/// those that exist; throws options::OptionError for an option that does not exist or is out of range.
///
///     loss::Loss loss = loss::named("softmax-cross-entropy", {{"label_smoothing", 0.1}});
Loss named(const std::string& name, const options::Values& values = {});
/// Returns the line about the loss of this name. Throws ValueError as `named` does.
std::string description(const std::string& name);
/// Returns the names that `named` takes.
std::vector<std::string> names();

}  // namespace luge::loss
