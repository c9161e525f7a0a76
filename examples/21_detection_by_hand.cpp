// How good a detector is: the overlap of boxes, precision and recall, and the mean average precision, by hand
// against the metrics of Luge.
//
// Prints:
//   overlap {0.1428..0.1429}, by the function {0.1428..0.1429}
//   sure of 0.9: right, precision 1, recall {0.3333..0.3334}
//   sure of 0.8: wrong, precision 0.5, recall {0.3333..0.3334}
//   sure of 0.7: right, precision {0.6666..0.6667}, recall {0.6666..0.6667}
//   sure of 0.6: wrong, precision 0.5, recall {0.6666..0.6667}
//   area under the curve {0.5555..0.5556}, by the metric {0.5555..0.5556}
//   precision of a class 0.75, recall 0.6; by the metrics 0.75 and 0.6
#include <luge/luge.h>

#include <algorithm>
#include <iostream>
#include <vector>

using namespace luge;

struct Box {
  float x1, y1, x2, y2;
  float score = 1;
};

float area(const Box& b) { return std::max(0.f, b.x2 - b.x1) * std::max(0.f, b.y2 - b.y1); }

// The area that both cover over the area that at least one of them covers.
float overlap(const Box& a, const Box& b) {
  const float both =
      area({std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2), std::min(a.y2, b.y2)});
  return both / (area(a) + area(b) - both);
}

data::HostArray array(DType dtype, const Shape& shape, const std::vector<float>& values) {
  data::HostArray made(data::Field{dtype, shape});
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (dtype == i64)
      made.as<std::int64_t>()[i] = static_cast<std::int64_t>(values[i]);
    else
      made.as<float>()[i] = values[i];
  }
  return made;
}

data::Record record(const std::vector<Box>& boxes) {
  std::vector<float> corners, scores;
  for (const Box& b : boxes)
    corners.insert(corners.end(), {b.x1, b.y1, b.x2, b.y2}), scores.push_back(b.score);
  const auto n = static_cast<std::int64_t>(boxes.size());
  data::Record made;
  made.set("boxes", array(f32, {n, 4}, corners));
  made.set("scores", array(f32, {n}, scores));
  made.set("labels", array(i64, {n}, std::vector<float>(boxes.size(), 0)));
  return made;
}

int main() {
  const Box a{0, 0, 2, 2}, b{1, 1, 3, 3};
  std::cout << "overlap " << overlap(a, b) << ", by the function "
            << metrics::iou(tensor({a.x1, a.y1, a.x2, a.y2}, {4}), tensor({b.x1, b.y1, b.x2, b.y2}, {4}))
                   .item<float>()
            << '\n';

  // Three things, four detections, the surest first. A detection is right when it overlaps a thing that no
  // surer one has found by at least 0.5.
  const std::vector<Box> things = {{0, 0, 10, 10}, {20, 20, 30, 30}, {50, 50, 60, 60}};
  const std::vector<Box> found = {
      {1, 1, 10, 10, 0.9f}, {40, 0, 45, 5, 0.8f}, {20, 21, 30, 31, 0.7f}, {0, 0, 9, 10, 0.6f}};
  std::vector<bool> taken(things.size());
  std::vector<double> precision, recall;
  int right = 0;
  for (const Box& box : found) {
    const auto nearest = std::max_element(things.begin(), things.end(), [&](const Box& p, const Box& q) {
      return overlap(box, p) < overlap(box, q);
    });
    const auto k = static_cast<std::size_t>(nearest - things.begin());
    const bool hit = overlap(box, *nearest) >= 0.5f && !taken[k];
    if (hit) taken[k] = true, ++right;
    precision.push_back(right / static_cast<double>(precision.size() + 1));  // of what was found
    recall.push_back(right / static_cast<double>(things.size()));            // of what there is
    std::cout << "sure of " << box.score << ": " << (hit ? "right" : "wrong") << ", precision "
              << precision.back() << ", recall " << recall.back() << '\n';
  }

  // The average precision: each gain of recall counts with the best precision from there on. The mean over
  // the classes, here one, is the mAP.
  double curve = 0;
  for (std::size_t i = 0; i < found.size(); ++i)
    curve += (recall[i] - (i > 0 ? recall[i - 1] : 0)) *
             *std::max_element(precision.begin() + static_cast<long>(i), precision.end());
  metrics::MeanAveragePrecision map(
      {.thresholds = {0.5}, .points = metrics::RecallPoints::all, .match = metrics::Match::best});
  map.update(record(found), record(things));
  std::cout << "area under the curve " << curve << ", by the metric " << map.figures()[0].value << '\n';

  // Of classes: 3 right of 4 that were called so, and of 5 that are so.
  metrics::Precision of_called({.average = metrics::Average::binary});
  metrics::Recall of_true({.average = metrics::Average::binary});
  const int called[] = {1, 1, 1, 1, 0, 0, 0, 0}, truth[] = {1, 1, 1, 0, 1, 1, 0, 0};
  for (int i = 0; i < 8; ++i) {
    data::Record prediction, target;
    prediction.set("label", array(i64, {}, {static_cast<float>(called[i])}));
    target.set("target", array(i64, {}, {static_cast<float>(truth[i])}));
    of_called.update(prediction, target);
    of_true.update(prediction, target);
  }
  std::cout << "precision of a class " << 3 / (3 + 1.0) << ", recall " << 3 / (3 + 2.0) << "; by the metrics "
            << of_called.figures()[0].value << " and " << of_true.figures()[0].value << '\n';
}
