#include "luge/draw/contours.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "draw/curves_layout.h"
#include "draw/level_lines.h"
#include "draw/pixels.h"
#include "support/errors.h"

namespace luge::draw {
namespace {

using testing::expect_error;
using testing::Pixels;
using testing::pixels_of;

// A function over columns and rows from -1 to 1.
Grid grid_of(std::int64_t size, double (*at)(double x, double y)) {
  Grid grid{.columns = size, .rows = size, .values = {}};
  const auto from = [size](std::int64_t k) {
    return 2.0 * static_cast<double>(k) / static_cast<double>(size - 1) - 1;
  };
  for (std::int64_t row = 0; row < size; ++row) {
    for (std::int64_t column = 0; column < size; ++column) grid.values.push_back(at(from(column), from(row)));
  }
  return grid;
}

TEST(LevelLines, ACircleIsOneClosedLine) {
  const auto lines = level_lines(grid_of(101, [](double x, double y) { return x * x + y * y; }), 0.36);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_GT(lines[0].size(), 100u);
  EXPECT_EQ(lines[0].front().x, lines[0].back().x);
  EXPECT_EQ(lines[0].front().y, lines[0].back().y);
  for (const Point& point : lines[0]) EXPECT_NEAR(std::hypot(point.x - 50, point.y - 50), 30, 0.02);
}

TEST(LevelLines, APlaneHasOneStraightOpenLine) {
  const auto lines = level_lines(grid_of(21, [](double x, double y) { return x + 2 * y; }), 0.25);
  ASSERT_EQ(lines.size(), 1u);
  for (const Point& point : lines[0]) EXPECT_NEAR((point.x / 10 - 1) + 2 * (point.y / 10 - 1), 0.25, 1e-12);
  const auto on_border = [](const Point& point) {
    return point.x == 0 || point.x == 20 || point.y == 0 || point.y == 20;
  };
  EXPECT_TRUE(on_border(lines[0].front()) && on_border(lines[0].back()));
}

TEST(LevelLines, ASaddleHasTwoLinesThatDoNotCross) {
  const auto product = [](double x, double y) { return x * y; };
  for (const double level : {0.1, -0.1}) {
    const auto lines = level_lines(grid_of(40, product), level);
    ASSERT_EQ(lines.size(), 2u) << level;
    for (const auto& line : lines) {
      for (const Point& point : line) EXPECT_GT((point.x - 19.5) * (line[0].x - 19.5), 0) << "one side alone";
    }
  }
  // One cell with opposite corners above: the mean of the corners decides which are joined.
  for (const double high : {3.0, 1.2}) {
    const Grid cell{.columns = 2, .rows = 2, .values = {high, 0, 0, high}};
    const auto lines = level_lines(cell, 1);
    ASSERT_EQ(lines.size(), 2u);
    const bool mean_above = high / 2 >= 1;
    for (const auto& line : lines) {
      ASSERT_EQ(line.size(), 2u);
      const double x = (line[0].x + line[1].x) / 2, y = (line[0].y + line[1].y) / 2;
      // Joined above, the lines are near the corners (1, 0) and (0, 1), else near (0, 0) and (1, 1).
      EXPECT_EQ((x < 0.5) != (y < 0.5), mean_above) << high;
    }
  }
}

TEST(LevelLines, WhatIsNotFiniteHasNone) {
  const auto broken = [](double x, double y) {
    return x > 0 ? std::numeric_limits<double>::quiet_NaN() : x + y;
  };
  const auto lines = level_lines(grid_of(21, broken), -0.5);
  ASSERT_EQ(lines.size(), 1u);
  for (const Point& point : lines[0]) EXPECT_LE(point.x, 10);
  EXPECT_TRUE(level_lines(grid_of(21, [](double, double) { return 1.0; }), 2).empty());
}

TEST(LevelLines, UsualLevelsAreDenserNearTheLeast) {
  const double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<double> levels = usual_levels(std::vector<double>{4, 1, kInfinity, 9, -kInfinity}, 3);
  ASSERT_EQ(levels.size(), 3u);
  EXPECT_DOUBLE_EQ(levels[0], 1 + 8 / 16.0);
  EXPECT_DOUBLE_EQ(levels[1], 1 + 8 / 4.0);
  EXPECT_DOUBLE_EQ(levels[2], 1 + 8 * 9 / 16.0);
  EXPECT_TRUE(usual_levels(std::vector<double>{2, 2}, 3).empty()) << "a flat function";
  EXPECT_TRUE(usual_levels(std::vector<double>{}, 3).empty());
}

Landscape bowl() {
  return {.title = "a bowl",
          .at = [](double x, double y) { return x * x + y * y; },
          .x_low = -2,
          .x_high = 2,
          .y_low = -2,
          .y_high = 2,
          .levels = {1}};
}

// Where a point of a landscape is in the figure.
PanelLayout layout_of(const Landscape& one, const ContoursOptions& options = {}) {
  Panel panel{.title = one.title, .lines = {}};
  for (const Path& path : one.paths) panel.lines.push_back({.label = path.label, .y = {}, .x = {}});
  panel.lines.push_back({.label = "", .y = {one.y_low, one.y_high}, .x = {one.x_low, one.x_high}});
  return lay_out({panel}, {.width = options.width, .height = options.height}, *ruler()).panels[0];
}

TEST(Contours, LinesAndPathsAreWhereTheyBelong) {
  Landscape one = bowl();
  one.paths = {{"adam", {-1.5, -1, 0.5}, {1.5, 1.5, -0.5}}};
  one.spots = {{1.5, -1.5, "start"}};
  const Pixels pixels = pixels_of(contours({one}));
  const PanelLayout layout = layout_of(one);
  for (const double angle : {0.1, 1.3, 3.0, 5.0}) {
    const Point on_circle = layout.at(std::cos(angle), std::sin(angle));
    EXPECT_LT(pixels.distance(on_circle, {120, 140, 165}, 1.2), 60) << angle;
  }
  for (std::size_t k = 0; k < 3; ++k)
    EXPECT_LT(pixels.distance(layout.at(one.paths[0].x[k], one.paths[0].y[k]), color_of(0)), 10) << k;
  EXPECT_LT(pixels.distance(layout.at(-1.25, 1.5), color_of(0)), 60) << "between two points";
  EXPECT_LT(pixels.distance(layout.at(1.5, -1.5), {255, 255, 255}), 10) << "a ring is white inside";
}

TEST(Contours, PathsDoNotLeaveTheirLandscape) {
  Landscape one = bowl();
  const double kFar = std::numeric_limits<double>::max();
  one.paths = {{"wild", {0, 1.9, kFar, std::nan(""), -1}, {0, 1.9, -kFar, 0, -1}}};
  const Pixels pixels = pixels_of(contours({one}));
  const PanelLayout layout = layout_of(one);
  for (double y = layout.plot.bottom() + 2; y < layout.cell.bottom(); ++y) {
    for (double x = layout.cell.x; x < layout.cell.right(); ++x)
      ASSERT_GT(pixels.distance({x, y}, color_of(0), 0), 10) << x << ", " << y;
  }
  EXPECT_LT(pixels.distance(layout.at(-1, -1), color_of(0)), 10) << "the point after the gap";
}

TEST(Contours, SeveralShareOneLegend) {
  Landscape first = bowl(), second = bowl();
  first.paths = {{"sgd", {1, 0}, {1, 0}}, {"adam", {-1, 0}, {1, 0}}};
  second.paths = {{"sgd", {1, 0}, {1, 0}, color_of(-1)}};
  const Figure figure = contours({first, second}, {.title = "paths", .width = 300, .height = 250});
  EXPECT_EQ(figure.width(), 600);
  EXPECT_EQ(figure.svg(), contours({first, second}, {.title = "paths", .width = 300, .height = 250}).svg());
}

TEST(Contours, RefuseWhatCannotBeDrawn) {
  expect_error<ValueError>([] { contours({}); }, {"there are no landscapes"});
  expect_error<ValueError>([] { contours({{.title = "empty"}}); }, {"landscape 0 'empty' has no function"});
  Landscape wrong = bowl();
  wrong.x_high = -2;
  expect_error<ValueError>([&] { contours({wrong}); }, {"expected axes that go up"});
  wrong = bowl();
  wrong.y_low = std::nan("");
  expect_error<ValueError>([&] { contours({wrong}); }, {"expected axes that go up"});
  wrong = bowl();
  wrong.paths = {{"short", {1, 2}, {1}}};
  expect_error<ValueError>([&] { contours({wrong}); }, {"the path 'short' has 2 x for 1 y"});
  expect_error<ValueError>([] { contours({bowl()}, {.width = 100}); }, {"too small"});
  expect_error<ValueError>([] { contours({bowl()}, {.resolution = 1}); },
                           {"resolution is 1; expected 2 or more"});
}

}  // namespace
}  // namespace luge::draw
