// How far boxes in pictures overlap.
#pragma once

#include <cstdint>

#include "luge/tensor.h"

namespace luge {

/// The measures of box_overlap.
enum class Overlap : std::uint8_t {
  iou,   ///< the shared area over the united area, 0 to 1
  giou,  ///< iou less the share of the smallest box around both that none of them covers, -1 to 1
  diou,  ///< iou less the squared distance of the centers over the squared diagonal of that box, -1 to 1
  ciou   ///< diou less v² / (1 - iou + v), where v = 4/π²·(atan(w_a/h_a) - atan(w_b/h_b))²
};

/// Returns how far boxes a and b [...,4] overlap: x1, y1, x2, y2 with x1 ≤ x2 and y1 ≤ y2. The shapes
/// broadcast, and the last axis goes: box_overlap(unsqueeze(a, 1), unsqueeze(b, 0)) is of all pairs. a and b
/// have one floating dtype. A box whose corners are the other way round has the area 0. Where there is
/// nothing to divide by, such as the areas of boxes that cover nothing, the part is 0, also in the gradient;
/// NaN gives NaN. Throws DTypeError, and ShapeError when the last extent is not 4. Source: torchvision
/// box_iou; Rezatofighi et al. 2019 (giou); Zheng et al. 2020 (diou, ciou), whose code leaves the slope of
/// v / (1 - iou + v) out of the gradient; here the gradient is that of the value.
///
///     Tensor cost = 1 - box_overlap(found, truth, Overlap::ciou);
Tensor box_overlap(const Tensor& a, const Tensor& b, Overlap measure = Overlap::iou);

}  // namespace luge
