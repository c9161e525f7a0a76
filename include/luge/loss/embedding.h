// Losses that compare vectors. The functions of luge/ops/embedding_losses.h give the formulas.
#pragma once

#include "luge/loss/loss.h"

namespace luge::loss {

/// The cosine distance 1 - y·t/(|y|·|t|) of prediction and target [N,…,D], along the last axis. Source:
/// PyTorch nn.CosineEmbeddingLoss with target 1; Keras CosineSimilarity is smaller by 1.
class CosineSimilarity : public Loss {
 public:
  /// Makes the loss.
  explicit CosineSimilarity(Reduction reduction = Reduction::mean);
};

/// Options of Contrastive.
struct ContrastiveOptions {
  double margin = 1;                      ///< the distance from which different pairs cost nothing, above 0
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The contrastive loss t·d² + (1-t)·max(0, margin - d)², where d is the distance of the two vectors of a
/// prediction [N,2,D], such as a network gives for two inputs that are stacked; the target [N] is 1 for pairs
/// that belong together and 0 for others. Throws ShapeError for another prediction. Source: Hadsell et al.
/// 2006, without their factor 1/2.
class Contrastive : public Loss {
 public:
  /// Makes the loss. Throws OptionError for a margin that is not above 0.
  explicit Contrastive(const ContrastiveOptions& options = {});
};

/// Options of Triplet.
struct TripletLossOptions {
  double margin = 1;                      ///< how much nearer the positive must be, above 0
  double p = 2;                           ///< distances are p-norms, 1 or more
  Reduction reduction = Reduction::mean;  ///< how the costs are reduced
};
/// The triplet loss max(0, d(a, p) - d(a, n) + margin) of a prediction [N,3,D], which holds the anchor, a
/// vector that should be near and one that should be far. The target has the extent N and is not read
/// otherwise. Throws ShapeError for another prediction. Source: Schroff et al. 2015, PyTorch
/// nn.TripletMarginLoss with eps = 0.
class Triplet : public Loss {
 public:
  /// Makes the loss. Throws OptionError when an option is out of range.
  explicit Triplet(const TripletLossOptions& options = {});
};

}  // namespace luge::loss
