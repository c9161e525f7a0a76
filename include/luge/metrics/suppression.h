// Suppression: of detections that overlap each other, the surest stay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace luge::metrics {

/// What happens to a detection that overlaps a surer one.
enum class Suppression : std::uint8_t {
  greedy,    ///< it goes when their iou is above the limit
  distance,  ///< it goes when their iou, less the distance of the centers (Overlap::diou), is above the limit
  soft       ///< its score is multiplied by exp(-iou²/sigma), and it goes when that falls below `score`
};
/// Options of suppress.
struct SuppressionOptions {
  Suppression how = Suppression::greedy;  ///< what happens to overlapping detections
  double overlap = 0.45;                  ///< the limit of greedy and distance, 0 to 1
  double sigma = 0.5;                     ///< of soft, above 0
  double score = 0.001;                   ///< detections below it go
  bool by_class = true;                   ///< detections of different classes leave each other alone
  std::int64_t most = 0;                  ///< how many stay; 0: all
};
/// A detection that stays.
struct Kept {
  std::size_t index = 0;  ///< its index before
  double score = 0;       ///< its score, which Suppression::soft changes
};
/// Returns the detections that stay, the surest first, those of equal scores in their order. `boxes` has four
/// corners for each detection, as iou takes them. A box or a score that is NaN goes. Throws ShapeError when
/// the numbers of boxes, scores and labels differ, and ValueError for an option that is out of range. Source:
/// ONNX NonMaxSuppression; Bodla et al. 2017 (soft); Zheng et al. 2020 (distance).
std::vector<Kept> suppress(std::span<const float> boxes, std::span<const float> scores,
                           std::span<const std::int64_t> labels, const SuppressionOptions& options = {});

}  // namespace luge::metrics
