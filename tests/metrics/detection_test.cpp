// Average precision against pycocotools and against known values; suppression, curves and confusion.
#include "luge/metrics/detection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "luge/io/safetensors.h"
#include "luge/metrics/detection_review.h"
#include "luge/metrics/suppression.h"
#include "luge/ops/boxes.h"
#include "luge/tensor.h"
#include "support/errors.h"
#include "support/paths.h"

namespace luge::metrics {
namespace {

using data::Record;
using testing::expect_error;

template <class T>
data::HostArray array(DType dtype, const Shape& shape, const std::vector<T>& values) {
  data::HostArray array(data::Field{dtype, shape});
  std::copy(values.begin(), values.end(), array.as<T>().begin());
  return array;
}
data::HostArray boxes(const std::vector<double>& corners) {
  return array<double>(f64, {static_cast<std::int64_t>(corners.size() / 4), 4}, corners);
}
data::HostArray labels(const std::vector<std::int64_t>& values) {
  return array<std::int64_t>(i64, {static_cast<std::int64_t>(values.size())}, values);
}
data::HostArray scores(const std::vector<double>& values) {
  return array<double>(f64, {static_cast<std::int64_t>(values.size())}, values);
}
data::HostArray flags(const std::vector<std::uint8_t>& values) {
  return array<std::uint8_t>(u8, {static_cast<std::int64_t>(values.size())}, values);
}
Record found(const std::vector<double>& corners, const std::vector<double>& sure,
             std::vector<std::int64_t> classes = {}) {
  if (classes.empty()) classes.resize(sure.size());
  return {{"boxes", boxes(corners)}, {"scores", scores(sure)}, {"labels", labels(classes)}};
}
Record truth(const std::vector<double>& corners, std::vector<std::int64_t> classes = {}) {
  if (classes.empty()) classes.resize(corners.size() / 4);
  return {{"boxes", boxes(corners)}, {"labels", labels(classes)}};
}
double figure(const HostMetric& metric, const std::string& name) {
  for (const Figure& each : metric.figures())
    if (each.name == name) return each.value;
  ADD_FAILURE() << "there is no figure " << name;
  return NAN;
}
MeanAveragePrecisionOptions voc(RecallPoints points) {
  return {.thresholds = {0.5}, .points = points, .match = Match::best};
}
double of(const MeanAveragePrecisionOptions& options, const Record& prediction, const Record& there) {
  const MeanAveragePrecision map(options);
  map.update(prediction, there);
  return figure(map, "map");
}

TEST(AveragePrecision, IsThatOfPycocotools) {
  const io::SafetensorsFile file((testing::source_dir() / "tests/golden/detection.safetensors").string());
  for (int scene = 0; scene < 5; ++scene) {
    const auto tensor = [&](const char* name) {
      const io::StoredTensor& type = file.type(fmt::format("{}.{}", scene, name));
      return tensor_from_bytes(file.read(type.name), type.dtype, type.shape);
    };
    const Tensor there = tensor("truth"), detections = tensor("found");
    const auto t = there.to_vector<double>(), d = detections.to_vector<double>(),
               expected = tensor("figures").to_vector<double>();
    const MeanAveragePrecision map({.classes = {"a", "b", "c"}, .ties = Ties::in_order});
    for (int picture = 0; picture < 60; ++picture) {
      std::vector<double> f_boxes, f_scores, t_boxes;
      std::vector<std::int64_t> f_labels, t_labels;
      std::vector<std::uint8_t> crowd;
      for (std::size_t at = 0; at < d.size(); at += 7) {
        if (d[at] != picture) continue;
        f_labels.push_back(static_cast<std::int64_t>(d[at + 1])), f_scores.push_back(d[at + 2]);
        f_boxes.insert(f_boxes.end(), d.begin() + static_cast<std::ptrdiff_t>(at) + 3,
                       d.begin() + static_cast<std::ptrdiff_t>(at) + 7);
      }
      for (std::size_t at = 0; at < t.size(); at += 7) {
        if (t[at] != picture) continue;
        t_labels.push_back(static_cast<std::int64_t>(t[at + 1]));
        crowd.push_back(t[at + 2] != 0);
        t_boxes.insert(t_boxes.end(), t.begin() + static_cast<std::ptrdiff_t>(at) + 3,
                       t.begin() + static_cast<std::ptrdiff_t>(at) + 7);
      }
      Record own = {{"boxes", boxes(t_boxes)}, {"labels", labels(t_labels)}, {"boxes.crowd", flags(crowd)}};
      map.update({{"boxes", boxes(f_boxes)}, {"scores", scores(f_scores)}, {"labels", labels(f_labels)}},
                 own);
    }
    const char* names[] = {"map", "map50", "map75", "map.a", "map.b", "map.c"};
    for (std::size_t k = 0; k < 6; ++k) {
      if (std::isnan(expected[k])) continue;
      EXPECT_NEAR(figure(map, names[k]), expected[k], 1e-9) << "scene " << scene << ", " << names[k];
    }
  }
}

TEST(AveragePrecision, OfTwoTruthsOneIsFound) {
  const Record there = truth({0, 0, 10, 10, 50, 50, 60, 60}), one = found({0, 0, 10, 10}, {0.9});
  EXPECT_DOUBLE_EQ(of(voc(RecallPoints::voc_11), one, there), 6.0 / 11);
  EXPECT_DOUBLE_EQ(of(voc(RecallPoints::all), one, there), 0.5);
  EXPECT_DOUBLE_EQ(of({.thresholds = {0.5}}, one, there), 51.0 / 101);
}

TEST(AveragePrecision, WhichBoxIsTakenDiffersByProtocol) {
  const Record there = truth({0, 0, 10, 10, 0, 2, 10, 12}),
               two = found({0, 0, 10, 10, 0, 0.9, 10, 10.9}, {0.9, 0.8});
  EXPECT_DOUBLE_EQ(of(voc(RecallPoints::all), two, there), 0.5);
  EXPECT_DOUBLE_EQ(of({.thresholds = {0.5}}, two, there), 1);
}

TEST(AveragePrecision, OneBoxAtAnOverlapIsRightUpToItsThreshold) {
  // 38/49 = 0.77551: right at 0.5 … 0.75, six of the ten thresholds.
  const MeanAveragePrecision map;
  map.update(found({0, 0, 49, 10}, {0.9}), truth({0, 0, 38, 10}));
  EXPECT_NEAR(
      box_overlap(tensor<double>({0, 0, 49, 10}, {4}), tensor<double>({0, 0, 38, 10}, {4})).item<double>(),
      0.77551, 1e-5);
  EXPECT_DOUBLE_EQ(figure(map, "map"), 0.6);
  EXPECT_DOUBLE_EQ(figure(map, "map50"), 1);
}

TEST(AveragePrecision, DifficultBoxesNeedNotBeFound) {
  Record there = truth({0, 0, 10, 10, 50, 50, 60, 60});
  there.set("boxes.difficult", flags({0, 1}));
  const Record both = found({50, 50, 60, 60, 50, 50, 60, 60, 0, 0, 10, 10}, {0.9, 0.85, 0.8});
  EXPECT_EQ(of(voc(RecallPoints::all), both, there), 1) << "any number of detections may take it";
  EXPECT_EQ(of(voc(RecallPoints::all), found({0, 0, 10, 10}, {0.8}), there), 1);
  EXPECT_DOUBLE_EQ(of({.thresholds = {0.5}}, both, there), 0.5) << "the second one takes nothing";
}

TEST(AveragePrecision, ACrowdTakesAnyNumberOfDetections) {
  Record there = truth({0, 0, 10, 10, 40, 40, 80, 80});
  there.set("boxes.crowd", flags({0, 1}));
  const Record many = found({42, 42, 50, 50, 60, 60, 70, 70, 0, 0, 10, 10}, {0.9, 0.85, 0.8});
  EXPECT_EQ(of({.thresholds = {0.5}}, many, there), 1) << "they are within the crowd";
  there.set("boxes.crowd", flags({0, 0}));
  EXPECT_LT(of({.thresholds = {0.5}}, many, there), 0.2);
}

TEST(AveragePrecision, ClassesWithoutDetectionsCountAndThoseWithoutTruthsDoNot) {
  const MeanAveragePrecision map({.classes = {"a", "b", "c"}, .thresholds = {0.5}});
  map.update(found({0, 0, 10, 10, 20, 20, 30, 30}, {0.9, 0.8}, {0, 2}),
             truth({0, 0, 10, 10, 50, 50, 60, 60}, {0, 1}));
  EXPECT_DOUBLE_EQ(figure(map, "map"), 0.5);
  EXPECT_EQ(figure(map, "map.b"), 0);
}

TEST(AveragePrecision, TiesCountInTheirOrderOrAtOnce) {
  const Record there = truth({0, 0, 10, 10});
  const Record right_first = found({0, 0, 10, 10, 50, 50, 60, 60}, {0.9, 0.9}),
               wrong_first = found({50, 50, 60, 60, 0, 0, 10, 10}, {0.9, 0.9});
  const auto with = [](Ties ties) { return MeanAveragePrecisionOptions{.thresholds = {0.5}, .ties = ties}; };
  EXPECT_EQ(of(with(Ties::in_order), right_first, there), 1);
  EXPECT_EQ(of(with(Ties::in_order), wrong_first, there), 0.5);
  EXPECT_EQ(of(with(Ties::together), right_first, there), 0.5);
  EXPECT_EQ(of(with(Ties::together), wrong_first, there), 0.5);
}

TEST(AveragePrecision, WhatTookADifficultBoxIsSavedAndRestored) {
  const MeanAveragePrecision map({.thresholds = {0.5}, .ties = Ties::in_order});
  Record there = truth({0, 0, 10, 10, 50, 50, 60, 60});
  there.set("boxes.difficult", flags({0, 1}));
  map.update(found({50, 50, 60, 60, 0, 0, 10, 10}, {0.9, 0.8}), there);
  const HostMetric other = map.fresh();
  other.restore(map.state());
  EXPECT_EQ(figure(other, "map"), 1);
  EXPECT_EQ(other.state(), map.state());
}

std::vector<std::size_t> kept(const SuppressionOptions& options, const std::vector<float>& corners,
                              const std::vector<float>& sure, std::vector<std::int64_t> classes = {}) {
  if (classes.empty()) classes.resize(sure.size());
  std::vector<std::size_t> all;
  for (const Kept& each : suppress(corners, sure, classes, options)) all.push_back(each.index);
  return all;
}

TEST(Suppression, TheSurestOfOverlappingOnesStays) {
  const std::vector<float> three = {0, 0, 10, 10, 1, 0, 11, 10, 50, 0, 60, 10};
  EXPECT_EQ(kept({}, three, {0.5F, 0.9F, 0.1F}), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(kept({}, three, {0.5F, 0.9F, 0.1F}, {0, 1, 0}), (std::vector<std::size_t>{1, 0, 2}));
  EXPECT_EQ(kept({.by_class = false}, three, {0.5F, 0.9F, 0.1F}, {0, 1, 0}),
            (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(kept({.most = 1}, three, {0.5F, 0.9F, 0.1F}), (std::vector<std::size_t>{1}));
  EXPECT_EQ(kept({}, three, {0.5F, 0.5F, 0.5F}), (std::vector<std::size_t>{0, 2})) << "ties keep their order";
  EXPECT_EQ(kept({.score = 0.2}, three, {0.5F, NAN, 0.1F}), (std::vector<std::size_t>{0}));
  EXPECT_TRUE(kept({}, {}, {}).empty());
}

TEST(Suppression, DistanceKeepsNeighborsThatOverlapAsMuch) {
  // An iou of 3/7 with the first box: a smaller box in its middle, and one of its size that is moved.
  const std::vector<float> pair = {0, 0, 10, 10, 4, 0, 14, 10};
  EXPECT_EQ(kept({.overlap = 0.42}, pair, {0.9F, 0.8F}).size(), 1u);
  EXPECT_EQ(kept({.how = Suppression::distance, .overlap = 0.42}, pair, {0.9F, 0.8F}).size(), 2u);
}

TEST(Suppression, SoftLowersScores) {
  const std::vector<float> pair = {0, 0, 10, 10, 0, 0, 10, 5};
  const std::vector<float> sure = {0.9F, 0.8F};
  const auto all = suppress(pair, sure, std::vector<std::int64_t>{0, 0}, {.how = Suppression::soft});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_NEAR(all[1].score, 0.8 * std::exp(-0.25 / 0.5), 1e-6);
  EXPECT_EQ(
      suppress(pair, sure, std::vector<std::int64_t>{0, 0}, {.how = Suppression::soft, .score = 0.5}).size(),
      1u);
}

TEST(DetectionReview, CountsClassesAndBackground) {
  DetectionReview review({.classes = {"cell", "platelet"}});
  review.update(found({0, 0, 10, 10, 20, 20, 30, 30, 70, 70, 80, 80}, {0.9, 0.8, 0.7}, {0, 0, 1}),
                truth({0, 0, 10, 10, 20, 20, 30, 30, 40, 40, 50, 50}, {0, 1, 0}));
  EXPECT_EQ(review.confusion(), (std::vector<std::vector<std::int64_t>>{{1, 0, 1}, {1, 0, 0}, {0, 1, 0}}));
  const auto curves = review.curves();
  ASSERT_EQ(curves.size(), 2u);
  EXPECT_EQ(curves[0].truths, 2);
  EXPECT_EQ(curves[0].points[85].precision, 1);
  EXPECT_EQ(curves[0].points[85].recall, 0.5);
  EXPECT_EQ(curves[0].points[80].precision, 0.5);
  EXPECT_NEAR(curves[0].points[85].f1, 2.0 / 3, 1e-12);
  EXPECT_EQ(curves[1].average_precision, 0);
}

TEST(DetectionReview, WhatNeedNotBeFoundCountsInNothing) {
  DetectionReview review({.classes = {"cell"}});
  Record there = truth({0, 0, 10, 10, 20, 20, 30, 30});
  there.set("boxes.difficult", flags({1, 1}));
  review.update(found({0, 0, 10, 10}, {0.9}), there);
  EXPECT_EQ(review.confusion(), (std::vector<std::vector<std::int64_t>>{{0, 0}, {0, 0}}));
  EXPECT_TRUE(review.curves().empty());
}

TEST(BadInput, C23_DetectionsThatDoNotMatchAreNamed) {
  DetectionReview review({.classes = {"cell"}});
  expect_error<IndexError>(
      [&] {
        review.update(found({0, 0, 1, 1}, {1}, {3}), truth({}));
      },
      {"3", "labels", "0 to 0"});
  Record there = truth({0, 0, 10, 10});
  there.set("boxes.difficult", flags({1, 1}));
  const MeanAveragePrecision map;
  expect_error<ShapeError>([&] { map.update(found({}, {}), there); }, {"map", "boxes.difficult", "1 boxes"});
  expect_error<ValueError>([] { DetectionReview({}); }, {"no classes"});
  expect_error<ShapeError>([] { suppress(std::vector<float>(4), std::vector<float>(2), {}, {}); },
                           {"suppress", "2 scores"});
  expect_error<ValueError>([] { suppress({}, {}, {}, {.overlap = 2}); }, {"overlap is 2"});
}

}  // namespace
}  // namespace luge::metrics
