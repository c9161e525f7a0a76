// Detections: how far boxes overlap, and the mean average precision.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/metrics/host_metric.h"
#include "luge/tensor.h"

namespace luge::metrics {

/// Returns the intersection over union of boxes a and b, [...,4] each, floating: x1, y1, x2, y2 with x1 ≤ x2
/// and y1 ≤ y2. The shapes broadcast: iou(unsqueeze(a, 1), unsqueeze(b, 0)) is of all pairs. A box whose
/// corners are the other way round has the area 0; boxes that cover nothing have 0; NaN gives NaN. Throws
/// ShapeError when the last extent is not 4. Source: torchvision box_iou.
Tensor iou(const Tensor& a, const Tensor& b);
/// Returns iou less the share of the smallest box around both that none of them covers, -1 to 1. The rest is
/// as for iou. Source: Rezatofighi et al. 2019, torchvision generalized_box_iou.
Tensor generalized_iou(const Tensor& a, const Tensor& b);
/// Returns iou less the squared distance of the centers over the squared diagonal of the smallest box around
/// both. The rest is as for iou. Source: Zheng et al. 2020, torchvision distance_box_iou.
Tensor distance_iou(const Tensor& a, const Tensor& b);
/// Returns distance_iou less v² / (1 - iou + v), where v = 4/π²·(atan(w_a/h_a) - atan(w_b/h_b))². For boxes
/// that are equal the term is 0. The rest is as for iou. Source: Zheng et al. 2020, torchvision
/// complete_box_iou.
Tensor complete_iou(const Tensor& a, const Tensor& b);

/// At which recalls the precision is averaged. The precision at a recall is the largest from there on.
enum class RecallPoints : std::uint8_t {
  all,      ///< at all: the area under the curve, as VOC since 2010
  voc_11,   ///< at 0, 0.1 … 1, as VOC until 2009
  coco_101  ///< at 0, 0.01 … 1, as COCO
};

/// Which true box a detection takes.
enum class Match : std::uint8_t {
  free,  ///< the nearest of those that no surer detection has taken, as COCO
  best   ///< the nearest of all; when it is taken the detection is wrong, as VOC
};

/// How detections of equal scores count in the curve.
enum class Ties : std::uint8_t {
  together,  ///< at once, so that parts in any order give the figures of the whole
  in_order   ///< one after the other in the order in which they were added, as the tools of VOC and COCO do
};

/// Options of MeanAveragePrecision.
struct MeanAveragePrecisionOptions {
  std::vector<std::string> classes = {};  ///< the names of the classes by label; empty: not known
  bool by_class = true;                   ///< give a figure for each class too, when their names are known
  /// The overlaps (iou) from which a detection is right, 1 to 63 numbers in (0, 1].
  std::vector<double> thresholds = {0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95};
  RecallPoints points = RecallPoints::coco_101;  ///< at which recalls the precision is averaged
  Match match = Match::free;                     ///< which true box a detection takes
  Ties ties = Ties::together;                    ///< how detections of equal scores count
  std::int64_t max_detections = 100;             ///< the surest of a class in a picture that count; 0: all
  bool operator==(const MeanAveragePrecisionOptions&) const = default;  ///< true when all options are equal
};
/// The mean over classes and thresholds of the average precision of detections. The prediction has "boxes"
/// [n,4] as iou takes them, "scores" [n] and "labels" [n]; the truth has "boxes" [m,4] and "labels" [m]. In
/// each picture and class, surer detections choose first, those of equal scores in their order; all pictures
/// together give the curve, in which detections of equal scores count at once. The figures are "map"; "map50"
/// and "map75" where 0.5 and 0.75 are among the thresholds; and "map.cat" for the class "cat". A class
/// without a true box does not count; the mean of none is 0. A detection whose box or score is NaN is wrong,
/// and a NaN score comes before all others. Parts in any order give the figures of the whole exactly, with
/// Ties::together. A true box whose entry in the field "boxes.difficult" or "boxes.crowd" of the truth is not
/// 0 need not be found, and a detection that takes it counts neither as right nor as wrong; any number of
/// detections take a crowd, whose overlap is the shared area over that of the detection, and with Match::best
/// any number take a difficult box, too. Ranges of areas are not known. update throws ValueError for a
/// missing field,
/// ShapeError for shapes that do not match, and IndexError for what is not a label. With thresholds 0.5,
/// RecallPoints::all and Match::best it is the figure of VOC. Source: Everingham et al. 2010, pycocotools
/// COCOeval.
class MeanAveragePrecision : public HostMetric {
 public:
  /// Makes the metric.
  explicit MeanAveragePrecision(const MeanAveragePrecisionOptions& options = {});
};

}  // namespace luge::metrics
