// Losses of margins: the right score must exceed the others, or 0, by some amount.
/// @file
/// Hinge, SquaredHinge and Exponential take one score for each answer, whose sign is the answer: the mean
/// over the elements of each sample. Targets are -1 and 1, or 0 and 1 with the option zero_one; another
/// target throws ValueError when the program runs, naming it; a 0 for a prediction of exactly 0 does not, as
/// samples of weight 0 have it. CategoricalHinge and MultiMargin take one score
/// for each class and labels, as the losses of luge/loss/classification.h do. The functions of
/// luge/ops/class_losses.h give the formulas. Constructors throw OptionError when an option is out of range.
#pragma once

#include "luge/loss/loss.h"

namespace luge::loss {

/// Options of Hinge, SquaredHinge and Exponential.
struct SignLossOptions {
  bool zero_one = false;                  ///< targets are 0 and 1 and not -1 and 1
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The hinge loss max(0, 1 - t·y), of support vector machines. Source: Keras Hinge.
class Hinge : public Loss {
 public:
  /// Makes the loss.
  explicit Hinge(const SignLossOptions& options = {});
};
/// The squared hinge loss max(0, 1 - t·y)². Source: Keras SquaredHinge.
class SquaredHinge : public Loss {
 public:
  /// Makes the loss.
  explicit SquaredHinge(const SignLossOptions& options = {});
};
/// The exponential loss exp(-t·y) of AdaBoost. It overflows for scores that are large and wrong. Texts that
/// sum it mean Reduction::sum. Source: Freund and Schapire 1997.
class Exponential : public Loss {
 public:
  /// Makes the loss.
  explicit Exponential(const SignLossOptions& options = {});
};

/// Options of CategoricalHinge.
struct CategoricalHingeOptions {
  std::int64_t axis = -1;                         ///< the class axis of the scores
  std::vector<double> class_weights = {};         ///< one number for each class: the weight of its samples
  std::optional<std::int64_t> ignore_index = {};  ///< samples with this label do not count
  Reduction reduction = Reduction::mean;          ///< how the costs are reduced
};
/// The categorical hinge loss max(0, 1 + max((1-t)·y) - Σ t·y), where the right class counts as 0 in the
/// maximum. Source: Keras CategoricalHinge.
class CategoricalHinge : public Loss {
 public:
  /// Makes the loss.
  explicit CategoricalHinge(const CategoricalHingeOptions& options = {});
};

/// Options of MultiMargin.
struct MultiMarginOptions {
  int p = 1;                                      ///< the power of what is missing, 1 or 2
  double margin = 1;                              ///< how much the right score must exceed the others
  std::int64_t axis = -1;                         ///< the class axis of the scores
  std::vector<double> class_weights = {};         ///< one number for each class: the weight of its samples
  std::optional<std::int64_t> ignore_index = {};  ///< samples with this label do not count
  Reduction reduction = Reduction::mean;          ///< how the costs are reduced
};
/// The multi-class hinge loss Σ max(0, margin - y_t + y_c)^p / classes over the classes c other than t.
/// Source: PyTorch nn.MultiMarginLoss; its class weights are inside the sum, and the mean is not divided by
/// them.
class MultiMargin : public Loss {
 public:
  /// Makes the loss.
  explicit MultiMargin(const MultiMarginOptions& options = {});
};

}  // namespace luge::loss
