// Losses of classes, besides SoftmaxCrossEntropy and BinaryCrossEntropy.
/// @file
/// Losses with one output for each class take predictions [N,…,C] and labels [N,…] or [N,…,1], whole numbers
/// of any dtype, or the share of each class [N,…,C]. A label out of range throws IndexError when the program
/// runs. Class weights weight the samples: the mean is divided by the sum of their weights. Throws ValueError
/// when the number of class weights is not the number of classes. The functions of luge/ops/class_losses.h
/// give the formulas. Constructors throw OptionError when an option is out of range.
#pragma once

#include "luge/loss/loss.h"

namespace luge::loss {

/// Options of CategoricalCrossEntropy and NLL.
struct ClassLossOptions {
  std::int64_t axis = -1;                         ///< the class axis of the prediction
  double label_smoothing = 0;                     ///< s in [0, 1): the target t becomes (1-s)·t + s/classes
  std::vector<double> class_weights = {};         ///< one number for each class: the weight of its samples
  std::optional<std::int64_t> ignore_index = {};  ///< samples with this label do not count
  Reduction reduction = Reduction::mean;          ///< how the costs are reduced
};
/// The cross-entropy -Σ t·log p of probabilities p [N,…,C], such as softmax gives them; SoftmaxCrossEntropy
/// takes logits and is more accurate. Logarithms count as at least -100. Source: Keras
/// CategoricalCrossentropy, which divides p by its sum and limits it to [1e-7, 1 - 1e-7].
class CategoricalCrossEntropy : public Loss {
 public:
  /// Makes the loss.
  explicit CategoricalCrossEntropy(const ClassLossOptions& options = {});
};
/// The negative log-likelihood -Σ t·log p from log p [N,…,C], such as log_softmax gives them. Logarithms of
/// probabilities are logits, too: softmax gives the probabilities. Source: PyTorch nn.NLLLoss.
class NLL : public Loss {
 public:
  /// Makes the loss.
  explicit NLL(const ClassLossOptions& options = {});
};

/// Options of KLDivergence.
struct KLDivergenceOptions {
  bool from_logits = true;  ///< predictions are logits or logarithms of probabilities; false: probabilities
  bool log_target = false;  ///< targets are logarithms of probabilities
  std::int64_t axis = -1;   ///< the class axis
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The Kullback-Leibler divergence Σ t·(log t - log p) of the distribution p of the prediction [N,…,C] from
/// the target t [N,…,C]; the sum runs along the class axis. Probabilities below 1e-37 count as that. Source:
/// PyTorch nn.KLDivLoss with reduction batchmean and an input of log_softmax, Keras KLDivergence.
class KLDivergence : public Loss {
 public:
  /// Makes the loss.
  explicit KLDivergence(const KLDivergenceOptions& options = {});
};

/// Options of Focal.
struct FocalOptions {
  double gamma = 2;                               ///< how much less easy samples cost, 0 or more
  std::int64_t axis = -1;                         ///< the class axis of the logits
  double label_smoothing = 0;                     ///< s in [0, 1): the target t becomes (1-s)·t + s/classes
  std::vector<double> class_weights = {};         ///< alpha: one number for each class
  std::optional<std::int64_t> ignore_index = {};  ///< samples with this label do not count
  Reduction reduction = Reduction::mean;          ///< how the costs are reduced
};
/// The focal loss -Σ t·(1-p)^gamma·log p, from one logit for each class. Source: Lin et al. 2017.
class Focal : public Loss {
 public:
  /// Makes the loss.
  explicit Focal(const FocalOptions& options = {});
};

/// Options of BinaryFocal.
struct BinaryFocalOptions {
  double gamma = 2;                       ///< how much less easy answers cost, 0 or more
  std::optional<double> alpha = {};       ///< the factor of yes, in [0, 1]; that of no is 1 - alpha
  double label_smoothing = 0;             ///< s in [0, 1): the target t becomes (1-s)·t + s/2
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The focal loss of yes or no, from one logit for each answer: the mean over the elements of each sample.
/// Shapes and dtypes are those of BinaryCrossEntropy. Source: Lin et al. 2017, torchvision
/// sigmoid_focal_loss, whose alpha is 0.25 by default.
class BinaryFocal : public Loss {
 public:
  /// Makes the loss.
  explicit BinaryFocal(const BinaryFocalOptions& options = {});
};

}  // namespace luge::loss
