// Losses of classes as functions, besides the cross-entropies of luge/ops/losses.h: costs that are not
// reduced.
/// @file
/// Scores hold one number for each class along a class axis; the costs have their shape without it. The
/// target holds labels 0 … classes-1, in integers or in a floating tensor of whole numbers, with the shape of
/// the costs; or it holds the share of each class, with the shape and dtype of the scores. A label out of
/// range throws IndexError when the program runs; the text names the sample, the label and the number of
/// classes. Targets that do not match throw ShapeError or DTypeError. What the target has no share of costs
/// nothing, even when its logarithm is infinite. 16-bit scores compute in float32.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "luge/ops/losses.h"
#include "luge/tensor.h"

namespace luge {

/// Returns labels as shares of classes, 1 at the class of a sample and 0 elsewhere, in the shape and dtype of
/// `scores`, whose elements are not read. It has no gradient. A label out of range throws IndexError as
/// above; the text begins with `loss`.
Tensor class_shares(const Tensor& labels, const Tensor& scores, std::int64_t axis = -1,
                    std::string loss = "class_shares");
/// Returns -Σ t·log p for each sample, from the logarithms of probabilities, such as log_softmax gives them.
/// Throws ValueError when label_smoothing is outside [0, 1). Source: PyTorch functional.nll_loss with
/// reduction none.
Tensor nll_loss(const Tensor& log_probability, const Tensor& target, const CrossEntropyOptions& options = {});
/// Returns -Σ t·log p for each sample, from probabilities p, which are not normalized again. A logarithm
/// below -100 counts as -100. The gradient of p is -t/max(p, 1e-12), which is always finite. Throws as
/// nll_loss does. Source: Keras CategoricalCrossentropy, which divides p by its sum and limits it to [1e-7, 1
/// - 1e-7].
Tensor categorical_cross_entropy(const Tensor& probability, const Tensor& target,
                                 const CrossEntropyOptions& options = {});
/// Returns t·(log t - log p) for each element, from the logarithms of p; 0 where t is 0. With log_target the
/// target holds log t. Both have one floating dtype and broadcast. Source: Kullback and Leibler 1951, PyTorch
/// functional.kl_div with reduction none.
Tensor kl_divergence(const Tensor& log_probability, const Tensor& target, bool log_target = false);

/// Options of focal_loss.
struct FocalLossOptions {
  double gamma = 2;            ///< how much less easy samples cost, 0 or more; 0 gives the cross-entropy
  std::int64_t axis = -1;      ///< the class axis of the logits
  double label_smoothing = 0;  ///< s in [0, 1): the target t becomes (1-s)·t + s/classes
  std::int64_t ignore_index = no_label;  ///< samples with this label cost 0
};
/// Returns -Σ t·(1-p)^gamma·log p for each sample, where p = softmax(logits). Throws ValueError for a gamma
/// below 0 and a label_smoothing outside [0, 1). Source: Lin et al. 2017.
Tensor focal_loss(const Tensor& logits, const Tensor& target, const FocalLossOptions& options = {});
/// Returns -t·(1-p)^gamma·log p - (1-t)·p^gamma·log(1-p) for each element, where p = sigmoid(logits). With
/// `alpha`, the first part is multiplied by alpha and the second by 1 - alpha. The target, in [0, 1], has the
/// dtype of the logits, and both broadcast. Throws ValueError for a gamma below 0 and an alpha outside [0,
/// 1]. Source: Lin et al. 2017, torchvision sigmoid_focal_loss, which is equal for targets 0 and 1.
Tensor binary_focal_loss(const Tensor& logits, const Tensor& target, double gamma = 2,
                         std::optional<double> alpha = {});

/// Returns targets -1 and 1 of any dtype as floating numbers of `dtype`; with zero_one, targets 0 and 1
/// become -1 and 1. Another target throws ValueError when the program runs; the text begins with `label` and
/// names the target and its position. It has no gradient. Throws DTypeError when `dtype` is not floating.
Tensor to_signs(const Tensor& target, DType dtype = f32, bool zero_one = false, std::string label = {});
/// Returns max(0, 1 - t·y) for each element, for targets -1 and 1. Both have one floating dtype and
/// broadcast. Source: Keras hinge.
Tensor hinge_loss(const Tensor& prediction, const Tensor& target);
/// Returns max(0, 1 - t·y)² for each element, otherwise as hinge_loss. Source: Keras squared_hinge.
Tensor squared_hinge_loss(const Tensor& prediction, const Tensor& target);
/// Returns exp(-t·y) for each element, for targets -1 and 1, otherwise as hinge_loss. It overflows for scores
/// that are large and wrong. Source: Freund and Schapire 1997 (AdaBoost).
Tensor exponential_loss(const Tensor& prediction, const Tensor& target);
/// Returns max(0, 1 + max((1-t)·y) - Σ t·y) for each sample, where the maximum and the sum run along the
/// class axis; the right class counts as 0 in the maximum. Source: Keras categorical_hinge.
Tensor categorical_hinge_loss(const Tensor& scores, const Tensor& target, std::int64_t axis = -1);
/// Returns Σ max(0, margin - y_t + y_c)^p / classes for each sample, where t is its class and the sum runs
/// over the others. Throws ValueError for a p other than 1 and 2. Source: PyTorch
/// functional.multi_margin_loss with reduction none.
Tensor multi_margin_loss(const Tensor& scores, const Tensor& target, int p = 1, double margin = 1,
                         std::int64_t axis = -1);

/// Options of tversky_loss.
struct TverskyLossOptions {
  double alpha = 0.5;  ///< the weight of what is predicted and not there, 0 or more
  double beta = 0.5;   ///< the weight of what is there and not predicted, 0 or more
  double smooth = 1;   ///< added to both sides of the quotient, above 0
};
/// Returns 1 - (Σ p·t + smooth)/(Σ p·t + alpha·Σ p·(1-t) + beta·Σ (1-p)·t + smooth) for each sample of
/// probabilities p [N,…] and targets t of the same shape and dtype, in [0, 1]; the sums run over all axes but
/// the first. Throws ValueError when an option is out of range. Source: Salehi et al. 2017; Keras Tversky
/// exchanges the two weights in Keras 3.
Tensor tversky_loss(const Tensor& probability, const Tensor& target, const TverskyLossOptions& options = {});
/// Returns 1 - (2·Σ p·t + smooth)/(Σ p + Σ t + smooth) for each sample, otherwise as tversky_loss. Source:
/// Milletari et al. 2016, Keras Dice, whose `smooth` is 1e-7.
Tensor dice_loss(const Tensor& probability, const Tensor& target, double smooth = 1);

}  // namespace luge
