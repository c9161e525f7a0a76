// Losses that compare vectors: one cost for each pair or triplet, not reduced.
/// @file
/// Vectors lie along the last axis; the costs have the shape without it. All inputs have one floating dtype
/// and broadcast, otherwise DTypeError and ShapeError. 16-bit tensors compute in float32. Where two vectors
/// are equal, the gradient of their distance is 0.
#pragma once

#include "luge/tensor.h"

namespace luge {

/// Returns 1 - a·b/(|a|·|b|), in [0, 2]; a length below 1e-8 counts as 1e-8. Source: PyTorch
/// functional.cosine_similarity, subtracted from 1; Keras' loss is smaller by 1.
Tensor cosine_loss(const Tensor& a, const Tensor& b);
/// Returns s·d² + (1-s)·max(0, margin - d)² with the distance d = |a - b|, where `similar` s is 1 for pairs
/// that belong together and 0 for others; it has the shape of the costs. Throws ValueError for a margin that
/// is not above 0. Source: Hadsell et al. 2006, without their factor 1/2.
Tensor contrastive_loss(const Tensor& a, const Tensor& b, const Tensor& similar, double margin = 1);

/// Options of triplet_margin_loss.
struct TripletOptions {
  double margin = 1;  ///< how much nearer the positive must be, above 0
  double p = 2;       ///< distances are p-norms, 1 or more
};
/// Returns max(0, d(anchor, positive) - d(anchor, negative) + margin), where d is the p-norm of the
/// difference. Throws ValueError when an option is out of range. Source: Schroff et al. 2015, PyTorch
/// functional.triplet_margin_loss with eps = 0.
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletOptions& options = {});

}  // namespace luge
