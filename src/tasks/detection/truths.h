// The true boxes of a batch, and detections as records.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/data/batches.h"
#include "luge/metrics/suppression.h"
#include "luge/named_tensors.h"
#include "luge/tensor.h"
#include "luge/train/objective.h"

namespace luge::tasks {

/// The boxes of a batch, padded to the same number for each picture.
struct Truths {
  Tensor boxes;   // f32 [rows,boxes,4]; a box of one pixel where there is none
  Tensor labels;  // i64 [rows,boxes]; 0 where there is none
  Tensor valid;   // bool [rows,boxes]
  Tensor corner(int k) const;
  Tensor width() const;
  Tensor height() const;
  Tensor center_x() const;
  Tensor center_y() const;
};
Truths truths_of(const train::Pass& pass);

/// Throws an error that names the sample when a box is not finite, lies wholly outside of the picture, has no
/// area, or has a label that is not one of `classes`; 0: their number is not known.
void check_truths(const std::string& who, const data::HostBatch& batch, std::int64_t classes);

/// Detections before suppression.
struct Candidates {
  std::vector<float> boxes, scores;
  std::vector<std::int64_t> labels;
  void add(const float (&corners)[4], float score, std::int64_t label) {
    boxes.insert(boxes.end(), corners, corners + 4);
    scores.push_back(score);
    labels.push_back(label);
  }
};
/// "boxes" f32[n,4] within the picture, "scores" f32[n] and "labels" i64[n] of what stays, the surest first.
data::Record detections(const Candidates& candidates, const Shape& picture,
                        const metrics::SuppressionOptions& options);

}  // namespace luge::tasks
