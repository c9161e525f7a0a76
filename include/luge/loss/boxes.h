// Losses of boxes: how far a predicted box is from covering the true one.
#pragma once

#include "luge/loss/loss.h"
#include "luge/ops/boxes.h"

namespace luge::loss {

/// The cost 1 - box_overlap of predicted and true boxes [N,…,4], the mean over the boxes of a sample. They
/// are named "iou", "giou", "diou" and "ciou". Boxes that do not touch have no gradient with Overlap::iou;
/// the others draw them together. Throws ShapeError when the last extent is not 4. Source: Yu et al. 2016,
/// Rezatofighi et al. 2019, Zheng et al. 2020.
class BoxOverlap : public Loss {
 public:
  /// Makes the loss.
  explicit BoxOverlap(Overlap measure = Overlap::ciou, Reduction reduction = Reduction::mean);
};

}  // namespace luge::loss
