// Boxes of records: what was found in a picture, and what is there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/data/record.h"
#include "metrics/detections.h"

namespace luge::metrics {

struct FoundBox {
  double score = 0;
  Box box = {};
  std::int64_t label = 0;
};
struct LabeledBox {
  TrueBox truth;
  std::int64_t label = 0;
};

/// The fields "boxes", "scores" and "labels" of a prediction. `classes` is the number of classes, or 0 where
/// it is not known. Throws ValueError for a missing field, ShapeError for shapes that do not match, and
/// IndexError for what is not a label.
std::vector<FoundBox> found_boxes(const std::string& who, const data::Record& prediction,
                                  std::int64_t classes);
/// The fields "boxes" and "labels" of a truth, and "boxes.difficult" and "boxes.crowd" where they are there.
/// Throws likewise.
std::vector<LabeledBox> true_boxes(const std::string& who, const data::Record& truth, std::int64_t classes);

}  // namespace luge::metrics
