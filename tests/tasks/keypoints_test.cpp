// Keypoints: a bright pixel is found by coordinates and by maps, and what outputs mean.
#include <cmath>

#include "luge/data/augment.h"
#include "luge/data/fixed_points.h"
#include "luge/data/stick_figures.h"
#include "luge/error.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/flatten.h"
#include "luge/nn/layers.h"
#include "luge/nn/linear.h"
#include "luge/nn/rearrange.h"
#include "luge/nn/sequential.h"
#include "luge/random.h"
#include "support/errors.h"
#include "tasks/heat_maps.h"
#include "tasks/trained.h"

namespace luge::tasks {
namespace {

using testing::expect_error;
using testing::host;

// A bright pixel is point 0, a very bright one point 1, which every third picture does not have.
data::Record picture(int i) {
  constexpr int kHeight = 6, kWidth = 8;
  std::vector<float> pixels(kHeight * kWidth);
  const int x0 = i % kWidth, y0 = i * 5 % kHeight, x1 = (i * 3 + 1) % kWidth, y1 = (y0 + 2) % kHeight;
  pixels[static_cast<std::size_t>(y0 * kWidth + x0)] = 1;
  const bool both = i % 3 != 0;
  if (both) pixels[static_cast<std::size_t>(y1 * kWidth + x1)] = 3;
  const auto f = [](int at) { return static_cast<float>(at) + 0.5f; };
  return {{"input", host(f32, {1, kHeight, kWidth}, pixels)},
          {"points", host<float>(f32, {2, 3},
                                 {f(x0), f(y0), 1, both ? f(x1) : 0, both ? f(y1) : 0, both ? 1.f : 0.f})}};
}

data::Dataset pictures() {
  std::vector<data::Record> list;
  for (int i = 0; i < 48; ++i) list.push_back(picture(i));
  return data::records(list);
}

double error_of(const testing::Trained& result) {
  double sum = 0;
  int count = 0;
  for (int i = 0; i < 48; ++i) {
    data::Record raw = picture(i);
    const data::HostArray truth = raw["points"];
    raw.erase("points");
    const data::Record said = testing::interpreted(result, {raw}).at(0);
    for (std::size_t k = 0; k < 2; ++k) {
      const float *a = &said["points"].as<float>()[3 * k], *b = &truth.as<float>()[3 * k];
      EXPECT_EQ(said["visible"].as<std::uint8_t>()[k], b[2] != 0)
          << i << ", point " << k << ", score " << a[2];
      if (b[2] != 0) sum += std::hypot(a[0] - b[0], a[1] - b[1]), ++count;
    }
  }
  return sum / count;
}

TEST(Keypoints, AreFoundByMaps) {
  random::seed(1);
  const nn::Model net = nn::sequential(nn::Conv2d(16, {.kernel = 3, .padding = nn::same}), nn::Relu(),
                                       nn::Conv2d(2, {.kernel = 3, .padding = nn::same}));
  const train::TaskRef task = make("keypoints", {.loss = "binary-cross-entropy", .values = {{"sigma", 0.7}}});
  const auto result = testing::trained(task, net, pictures(), 60, 0.03);
  EXPECT_LT(result.loss(59), result.loss(0));
  EXPECT_LT(error_of(result), 0.3) << "pixels";
}

TEST(Keypoints, AreFoundByCoordinates) {
  random::seed(1);
  const nn::Model net =
      nn::sequential(nn::Flatten(), nn::Linear(64), nn::Relu(), nn::Linear(6), nn::Reshape({2, 3}));
  const train::TaskRef task = make("keypoints", {.values = {{"visibility", 0.1}}});
  const auto result = testing::trained(task, net, pictures(), 300, 0.01);
  EXPECT_LT(result.loss(299), result.loss(0) / 10);
  EXPECT_LT(error_of(result), 0.6) << "pixels";
}

TEST(Keypoints, AGaussianIsFoundBetweenPixels) {
  for (const double x : {2.0, 2.3, 4.49, 6.0}) {
    const double y = 9.3 - x;
    const Tensor along_x = gaussian(tensor(std::vector<float>{static_cast<float>(x)}, {1}), 9, 1.2),
                 along_y = gaussian(tensor(std::vector<float>{static_cast<float>(y)}, {1}), 10, 1.2);
    ASSERT_EQ(along_x.shape(), (Shape{1, 9}));
    const auto a = along_x.to_vector<float>(), b = along_y.to_vector<float>();
    std::vector<float> map;
    for (const float row : b) {
      for (const float column : a) map.push_back(0.8f * row * column);
    }
    const Peak peak = peak_of(map, 10, 9);
    EXPECT_NEAR(peak.x, x, 1e-4);
    EXPECT_NEAR(peak.y, y, 1e-4);
    EXPECT_LE(peak.value, 0.8);
  }
  const std::vector<float> corner = {1, 0.5f, 0, 0.5f, 0, 0};
  EXPECT_EQ(peak_of(corner, 2, 3).x, 0);
  EXPECT_TRUE(std::isnan(peak_of(std::vector<float>{0, NAN}, 1, 2).x));
}

// The maps have half the extents: the middle of pixel 2 of a map is at 5 of the picture.
TEST(Keypoints, PositionsAreThoseOfThePicture) {
  const data::HostBatch batch = *data::records({picture(1)}).batch(1).epoch(0).next();
  const train::TaskRef task = make("keypoints");
  std::vector<float> values(12);
  values[1 * 4 + 2] = 0.9f;
  const data::Record said =
      task->interpret(NamedTensors{{"output", tensor(values, {1, 1, 3, 4})}}, batch).at(0);
  EXPECT_EQ(std::vector<float>(said["points"].as<float>().begin(), said["points"].as<float>().end()),
            (std::vector<float>{5, 3, 0.9f}));
  const data::Record numbers =
      task->interpret(NamedTensors{{"output", tensor<float>({0.25f, -0.5f, 0, 0, 0, -3}, {1, 2, 3})}}, batch)
          .at(0);
  const auto at = numbers["points"].as<float>();
  EXPECT_EQ(at[0], 6);
  EXPECT_EQ(at[1], 0);
  EXPECT_EQ(at[2], 0.5f);
  EXPECT_EQ(numbers["visible"].as<std::uint8_t>()[1], 0) << "the score is below 0.3";
}

// Left and right change their numbers in a mirror.
TEST(Keypoints, SidesChangeInAMirror) {
  const data::Dataset figures = data::stick_figures({.samples = 4, .size = 32, .hidden = 0});
  const data::Augmentation flip =
      data::augmentation("flip", {{"p", 1}, {"swap", std::vector<std::int64_t>{3, 5, 4, 6, 7, 9, 8, 10}}});
  const data::Record before = figures.record(2), after = flip(before, 7);
  const auto a = before["points"].as<float>(), b = after["points"].as<float>();
  EXPECT_EQ(b[0], 32 - a[0]) << "the head stays the head";
  EXPECT_EQ(b[3 * 3], 32 - a[3 * 5]) << "the left elbow was the right one";
  EXPECT_EQ(b[3 * 10 + 1], a[3 * 8 + 1]);
  EXPECT_GT(a[3 * 3], a[3 * 5]) << "the viewer sees the left side on the right";
  EXPECT_GT(b[3 * 3], b[3 * 5]) << "and does in the mirror";
}

TEST(BadInput, C82_WhatKeypointsCannotLearn) {
  expect_error<ValueError>([] { make("keypoints", {.loss = "softmax-cross-entropy"}); },
                           {"softmax_cross_entropy", "choose mse"});
  expect_error<ValueError>([] { make("keypoints", {.metrics = {{"accuracy"}}})->metrics(); },
                           {"accuracy", "pck"});
  expect_error<ShapeError>(
      [] {
        testing::trained(make("keypoints"), nn::sequential(nn::Flatten(), nn::Linear(6)), pictures(), 1, 0.1);
      },
      {"[rows,points,3]", "maps"});
  expect_error<ShapeError>(
      [] {
        testing::trained(make("keypoints"), nn::sequential(nn::Conv2d(3, {.kernel = 1})), pictures(), 1, 0.1);
      },
      {"3 points", "2"});
}

TEST(BadInput, C23_PointsThatAreNotNumbersOrOfAnotherNumber) {
  std::vector<data::Record> list = {picture(1), picture(2)};
  list[1]["points"].as<float>()[0] = NAN;
  const nn::Model net = nn::sequential(nn::Flatten(), nn::Linear(6), nn::Reshape({2, 3}));
  expect_error<ValueError>([&] { testing::trained(make("keypoints"), net, data::records(list), 1, 0.1); },
                           {"record 1", "nan", "finite"});
  list[1].set("points", host<float>(f32, {1, 3}, {1, 1, 1}));
  expect_error<ShapeError>([&] { testing::trained(make("keypoints"), net, data::records(list), 1, 0.1); },
                           {"record 1", "1 points", "expected 2"});
  list[0].set("points", host<float>(f32, {0, 3}, {})), list[1].set("points", host<float>(f32, {0, 3}, {}));
  const data::Dataset none =
      data::records(list, {{"input", {f32, {1, 6, 8}}}, {"points", {f32, {unknown, 3}}}});
  expect_error<ValueError>([&] { data::steps::fixed_points()->fit(none); }, {"no picture", "has points"});
}

}  // namespace
}  // namespace luge::tasks
