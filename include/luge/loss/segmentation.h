// Losses of overlap: how far a predicted mask is from covering the true one.
/// @file
/// One cost for each sample, from the sums over all its pixels. With one output for each pixel, prediction
/// and target have one shape [N,…], or are [N,…,1] and [N,…]; targets are in [0, 1]. With by_class,
/// predictions are [N,…,C] with the classes along an axis, targets are labels [N,…], [N,…,1] or shares
/// [N,…,C], and the cost is the mean over the classes. Constructors throw OptionError when an option is out
/// of range.
#pragma once

#include "luge/loss/loss.h"

namespace luge::loss {

/// Options of Dice.
struct DiceOptions {
  bool by_class = false;    ///< one output for each class; false: one output that says yes or no
  bool from_logits = true;  ///< predictions are logits; false: probabilities
  double smooth = 1;        ///< added to both sides of the quotient, above 0
  std::int64_t axis = -1;   ///< the class axis, with by_class
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The Dice loss 1 - (2·Σ p·t + smooth)/(Σ p + Σ t + smooth). Source: Milletari et al. 2016, Keras Dice,
/// whose `smooth` is 1e-7 and which sums over the whole batch.
class Dice : public Loss {
 public:
  /// Makes the loss.
  explicit Dice(const DiceOptions& options = {});
};

/// Options of Tversky.
struct TverskyOptions {
  double alpha = 0.5;       ///< the weight of what is predicted and not there, 0 or more
  double beta = 0.5;        ///< the weight of what is there and not predicted, 0 or more
  bool by_class = false;    ///< one output for each class; false: one output that says yes or no
  bool from_logits = true;  ///< predictions are logits; false: probabilities
  double smooth = 1;        ///< added to both sides of the quotient, above 0
  std::int64_t axis = -1;   ///< the class axis, with by_class
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The Tversky loss 1 - (Σ p·t + smooth)/(Σ p·t + alpha·Σ p·(1-t) + beta·Σ (1-p)·t + smooth). Source: Salehi
/// et al. 2017; Keras Tversky exchanges the two weights in Keras 3, and sums over the whole batch.
class Tversky : public Loss {
 public:
  /// Makes the loss.
  explicit Tversky(const TverskyOptions& options = {});
};

}  // namespace luge::loss
