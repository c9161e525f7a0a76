// What detections are taken for: curves over the score, and the confusion of classes with the background.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "luge/data/record.h"

namespace luge::metrics {

/// Options of DetectionReview.
struct DetectionReviewOptions {
  std::vector<std::string> classes = {};  ///< the names of the classes by label, one or more
  double overlap = 0.5;                   ///< the iou from which a detection is right, above 0 to 1
  double score = 0.25;                    ///< detections from this score on count in the confusion
};

/// Precision and recall of the detections from a score on.
struct ScorePoint {
  double score = 0;        ///< the score
  double precision = 1;    ///< the share of the detections that are right; 1 where there are none
  double recall = 0;       ///< the share of the true boxes that are found
  double f1 = 0;           ///< 2·precision·recall / (precision + recall); 0 where both are 0
  std::int64_t right = 0;  ///< the right detections
  std::int64_t taken = 0;  ///< all detections that count
};
/// The curve of a class.
struct DetectionCurve {
  std::string label;                    ///< the name of the class
  std::int64_t truths = 0;              ///< the true boxes that count
  double average_precision = 0;         ///< as "map" of this overlap has it
  std::vector<ScorePoint> points = {};  ///< at the scores 0, 0.01 … 1
};

/// Detections of pictures against their true boxes. Predictions and truths are as MeanAveragePrecision takes
/// them; boxes that need not be found (difficult, crowd) count in nothing.
class DetectionReview {
 public:
  /// Makes a review that has seen nothing. Throws ValueError without classes or for a number out of range.
  explicit DetectionReview(const DetectionReviewOptions& options);
  /// Adds a picture. Throws as MeanAveragePrecision::update.
  void update(const data::Record& prediction, const data::Record& truth);
  /// Returns the curves of the classes that have true boxes.
  std::vector<DetectionCurve> curves() const;
  /// Returns how often a true box of a class (row) was taken for one of another class (column). The last row
  /// and the last column are the background: detections where nothing is, and boxes that were not found.
  /// Pairs are made in falling order of their overlaps, whatever their classes are. Source: the confusion
  /// matrix of YOLOv5.
  std::vector<std::vector<std::int64_t>> confusion() const;

 private:
  struct Seen;
  std::shared_ptr<Seen> seen_;
};

}  // namespace luge::metrics
