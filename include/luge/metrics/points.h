// Figures of points found in pictures, measured on the host.
#pragma once

#include "luge/metrics/host_metric.h"

namespace luge::metrics {

/// The mean distance of points from the true ones, as a share of the diagonal of the picture. Predictions and
/// truths have "points" of one number: floating [K,2] or [K,3] with x and y in pixels. Of a truth with a
/// third number only points where it is not 0 count; the truth also has the picture [channels,height,width]
/// in "input" or "image". A predicted point that is not finite counts as one diagonal away. It is 0 without a
/// point. The figure is "point-error". update throws ValueError for a missing field, and ShapeError when
/// shapes do not match.
class PointError : public HostMetric {
 public:
  /// Makes the metric.
  PointError();
};

/// Options of PCK.
struct PCKOptions {
  double threshold = 0.05;  ///< the largest distance of a right point, as a share of the diagonal
  bool operator==(const PCKOptions&) const = default;  ///< true when all options are equal
};
/// The share of points that are not farther than `threshold` diagonals from the true ones: PCK, percentage of
/// correct keypoints (Yang and Ramanan 2013, who measure in sizes of the box around a person). Fields,
/// errors, and what counts are those of PointError. The figure is "pck".
class PCK : public HostMetric {
 public:
  /// Makes the metric. Throws OptionError for a threshold that is not above 0.
  explicit PCK(const PCKOptions& options = {});
};

}  // namespace luge::metrics
