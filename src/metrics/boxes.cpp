// iou, generalized_iou, distance_iou and complete_iou: how far boxes overlap.
#include "luge/ops/boxes.h"
#include "luge/metrics/detection.h"

namespace luge::metrics {

Tensor iou(const Tensor& a, const Tensor& b) { return box_overlap(a, b, Overlap::iou); }
Tensor generalized_iou(const Tensor& a, const Tensor& b) { return box_overlap(a, b, Overlap::giou); }
Tensor distance_iou(const Tensor& a, const Tensor& b) { return box_overlap(a, b, Overlap::diou); }
Tensor complete_iou(const Tensor& a, const Tensor& b) { return box_overlap(a, b, Overlap::ciou); }

}  // namespace luge::metrics
