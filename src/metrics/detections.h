// Detections of one class in all pictures: what an average precision is made of.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "luge/metrics/detection.h"

namespace luge::metrics {

using Box = std::array<double, 4>;

double iou_of(const Box& a, const Box& b);
/// iou_of less the squared distance of the centers over the squared diagonal of the box around both.
double distance_iou_of(const Box& a, const Box& b);

/// A true box of a class.
struct TrueBox {
  Box box;
  bool difficult = false;  // need not be found
  bool crowd = false;      // several things in one box
  bool counts() const { return !difficult && !crowd; }
};

/// What was found of one class.
struct Detections {
  struct Entry {
    double score = 0;
    std::int64_t right = 0;    // bit k: at threshold k
    std::int64_t ignored = 0;  // likewise: it took what need not be found
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries;
  std::int64_t truths = 0;

  /// Adds the detections of one picture, and how many true boxes it has.
  void add_picture(std::vector<std::pair<double, Box>> found, const std::vector<TrueBox>& truth,
                   const MeanAveragePrecisionOptions& options);
  void add(const Detections& other);
  /// In falling order of the scores. With Ties::together the order in which they were added leaves no trace.
  void order(Ties ties);
};

/// The average precision at threshold k of detections in order; 0 without a true box.
double average_precision(const Detections& detections, std::size_t k, RecallPoints points, Ties ties);

/// For each detection of a picture, the true box that it takes at this overlap, or none. `found` is in
/// falling order of the scores.
std::vector<std::optional<std::size_t>> taken_boxes(const std::vector<Box>& found,
                                                    const std::vector<TrueBox>& truth, double threshold,
                                                    Match match);

}  // namespace luge::metrics
