// Anchors: the usual extents of boxes, from which detectors start.
#pragma once

#include <cstdint>
#include <vector>

#include "luge/data/recipe.h"

namespace luge::data {

/// The extents of a box, in pixels.
struct BoxExtent {
  double width = 0;                                   ///< x2 - x1
  double height = 0;                                  ///< y2 - y1
  bool operator==(const BoxExtent&) const = default;  ///< true when both are equal
};

/// Returns the iou of two boxes of these extents with one center.
double iou_of(const BoxExtent& a, const BoxExtent& b);

/// Returns `count` extents in rising order of their areas such that boxes have a large iou with the nearest
/// of them: k-means with the distance 1 - iou, from the quantiles of the areas. Of fewer different boxes some
/// occur several times. Throws ValueError without extents, for a count below 1 and for an extent that is not
/// finite and above 0. Source: Redmon and Farhadi 2017, YOLO9000.
std::vector<BoxExtent> cluster_extents(const std::vector<BoxExtent>& extents, std::int64_t count);

namespace steps {
/// Finds the anchors of the field "boxes": cluster_extents of the boxes of up to 5000 training pictures, as
/// the steps before it make them. It changes no record; anchors_of reads what was found. Fitting throws
/// ValueError when the training data has no box.
StepRef anchors(std::int64_t count);
}  // namespace steps

/// Returns the anchors that a fitted recipe has found; none without that step.
std::vector<BoxExtent> anchors_of(const Recipe& recipe);

}  // namespace luge::data
