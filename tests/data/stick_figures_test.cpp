// Made-up pictures of a figure and its points.
#include "luge/data/stick_figures.h"

#include <gtest/gtest.h>

#include <cmath>

#include "luge/luge.h"
#include "support/errors.h"

namespace luge::data {
namespace {

using luge::testing::expect_error;

TEST(StickFigures, PointsLieOnTheFigure) {
  const Dataset figures = stick_figures({.samples = 40, .size = 96, .hidden = 0});
  ASSERT_EQ(figures.info().classes.size(), 11u);
  EXPECT_EQ(figures.info().classes[0], "head");
  EXPECT_EQ(figures.info().fields.at("points"), (Field{f32, {11, 3}}));
  for (std::int64_t i = 0; i < figures.size(); ++i) {
    const Record record = figures.record(i);
    const auto points = record["points"].as<float>();
    const auto pixels = record["image"].as<std::uint8_t>();
    // All points have the color of the neck, give or take the grain.
    const auto color = [&](std::size_t k, std::size_t channel) {
      const auto x = static_cast<std::size_t>(points[3 * k]), y = static_cast<std::size_t>(points[3 * k + 1]);
      return static_cast<double>(pixels[channel * 96 * 96 + y * 96 + x]);
    };
    for (std::size_t k = 0; k < 11; ++k) {
      ASSERT_EQ(points[3 * k + 2], 1);
      ASSERT_TRUE(points[3 * k] >= 0 && points[3 * k] < 96 && points[3 * k + 1] >= 0 &&
                  points[3 * k + 1] < 96);
      double apart = 0;
      for (std::size_t c = 0; c < 3; ++c) apart += std::abs(color(k, c) - color(1, c));
      EXPECT_LT(apart, 70) << "figure " << i << ", point " << k;
    }
    EXPECT_LT(points[1], points[3 * 2 + 1]) << "the head is above the hip";
  }
}

TEST(StickFigures, ABlockHidesPoints) {
  const Dataset figures = stick_figures({.samples = 60, .size = 32, .hidden = 1});
  int hidden = 0, seen = 0;
  for (std::int64_t i = 0; i < figures.size(); ++i) {
    const Record record = figures.record(i);
    const auto points = record["points"].as<float>();
    for (std::size_t k = 0; k < 11; ++k) {
      if (points[3 * k + 2] != 0) {
        ++seen;
        continue;
      }
      ++hidden;
      EXPECT_EQ(points[3 * k], 0);
      EXPECT_EQ(points[3 * k + 1], 0);
    }
  }
  EXPECT_GT(hidden, 20);
  EXPECT_GT(seen, hidden);
}

TEST(StickFigures, FollowFromTheSeed) {
  const auto bytes = [](std::uint64_t seed) {
    return stick_figures({.samples = 3, .size = 32, .seed = seed}).record(1)["image"].bytes;
  };
  EXPECT_EQ(bytes(5), bytes(5));
  EXPECT_NE(bytes(5), bytes(6));
  EXPECT_NE(stick_figures({.seed = 1}).source()->fingerprint(),
            stick_figures({.seed = 2}).source()->fingerprint());
  expect_error<ValueError>([] { stick_figures({.samples = 0}); }, {"samples is 0"});
  expect_error<ValueError>([] { stick_figures({.size = 8}); }, {"size is 8", "16 to 1024"});
  expect_error<ValueError>([] { stick_figures({.hidden = 1.5}); }, {"hidden is 1.5"});
}

}  // namespace
}  // namespace luge::data
