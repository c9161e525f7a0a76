// Detections of one class in all pictures: what an average precision is made of.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "luge/metrics/detection.h"

namespace luge::metrics {

using Box = std::array<double, 4>;

double iou_of(const Box& a, const Box& b);

/// What was found of one class.
struct Detections {
  struct Entry {
    double score = 0;
    std::int64_t right = 0;  // bit k: at threshold k
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries;
  std::int64_t truths = 0;

  /// Adds the detections of one picture, and how many true boxes it has.
  void add_picture(std::vector<std::pair<double, Box>> found, const std::vector<Box>& truth,
                   const MeanAveragePrecisionOptions& options);
  void add(const Detections& other);
  /// In falling order of the scores, so that the order in which they were added leaves no trace.
  void order();
};

/// The average precision at threshold k of detections in order; 0 without a true box.
double average_precision(const Detections& detections, std::size_t k, RecallPoints points);

}  // namespace luge::metrics
