#include "luge/draw/curves.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "draw/curves_layout.h"
#include "draw/pixels.h"
#include "support/errors.h"

namespace luge::draw {
namespace {

using testing::expect_error;
using testing::Pixels;
using testing::pixels_of;

const double kNaN = std::nan("");

TEST(Curves, ALinePassesThroughItsPoints) {
  const std::vector<Panel> panels = {
      {.title = "loss",
       .lines = {{"training", {2.0, 1.0, 0.5, 0.25}}, {"validation", {2.2, 1.4, 0.9, 0.8}}},
       .x_label = "epoch"},
      {.title = "log", .lines = {{"training", {1000, 10, 0.1}}}, .log_y = true}};
  const Pixels pixels = pixels_of(curves(panels));
  const CurvesLayout layout = lay_out(panels, {}, *ruler());
  for (std::size_t p = 0; p < panels.size(); ++p) {
    for (std::size_t l = 0; l < panels[p].lines.size(); ++l) {
      const Line& line = panels[p].lines[l];
      for (std::size_t i = 0; i < line.y.size(); ++i) {
        const Point point = layout.panels[p].at(static_cast<double>(i + 1), line.y[i]);
        EXPECT_LT(pixels.distance(point, color_of(static_cast<std::int64_t>(l))), 10)
            << panels[p].title << ", " << line.label << ", point " << i;
        if (i == 0) continue;  // halfway between two points
        const Point before = layout.panels[p].at(static_cast<double>(i), line.y[i - 1]);
        EXPECT_LT(pixels.distance({(point.x + before.x) / 2, (point.y + before.y) / 2},
                                  color_of(static_cast<std::int64_t>(l))),
                  60);
      }
    }
  }
}

TEST(Curves, WhatIsNotFiniteIsAGap) {
  const std::vector<Panel> panels = {
      {.title = "loss",
       .lines = {{"training", {1, 1, kNaN, 1, std::numeric_limits<double>::infinity(), 1}}}}};
  const Pixels pixels = pixels_of(curves(panels));
  const PanelLayout layout = lay_out(panels, {}, *ruler()).panels[0];
  EXPECT_LT(pixels.distance(layout.at(1.5, 1), color_of(0)), 10);
  EXPECT_GT(pixels.distance(layout.at(2.5, 1), color_of(0)), 60);
  EXPECT_GT(pixels.distance(layout.at(5, 1), color_of(0)), 60);
  EXPECT_LT(pixels.distance(layout.at(6, 1), color_of(0)), 10) << "a point alone is a dot";
}

TEST(Curves, PointsAreDotsWithoutALine) {
  Line samples{.label = "samples", .y = std::vector<double>(60, 1.0), .points = true};
  samples.y.back() = 2;
  const std::vector<Panel> panels = {{.title = "fit", .lines = {samples}}};
  const Pixels pixels = pixels_of(curves(panels));
  const PanelLayout layout = lay_out(panels, {}, *ruler()).panels[0];
  EXPECT_LT(pixels.distance(layout.at(7, 1), color_of(0)), 10);
  EXPECT_LT(pixels.distance(layout.at(60, 2), color_of(0)), 10);
  EXPECT_GT(pixels.distance(layout.at(59.5, 1.5), color_of(0)), 60) << "between two of them";
}

TEST(Curves, ManyPointsKeepTheirPeaks) {
  Line line{"loss", std::vector<double>(100'000, 1.0)};
  line.y[54'321] = 3;
  const std::vector<Panel> panels = {{.title = "", .lines = {line}}};
  const Figure figure = curves(panels);
  const PanelLayout layout = lay_out(panels, {}, *ruler()).panels[0];
  EXPECT_LT(pixels_of(figure).distance(layout.at(54'322, 2.9), color_of(0)), 60);
  EXPECT_LT(figure.svg().size(), 200'000u);
}

TEST(Curves, TextsAreWithinTheFigureAndDoNotTouch) {
  std::vector<Line> lines;
  for (int i = 0; i < 20; ++i)
    lines.push_back({"lenet5-fashion-mnist-" + std::to_string(i), {1.0 * i, 2.0 * i}});
  CurvesLayout layout = lay_out({{.title = "val_loss", .lines = lines}}, {}, *ruler());
  const auto& entries = layout.legend.entries();
  ASSERT_EQ(entries.size(), 20u);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const double width = 30 + ruler()->measure({.text = entries[i].label, .size = 11}).width;
    EXPECT_GE(entries[i].at.x, 0);
    EXPECT_LE(entries[i].at.x + width, layout.extent.width);
    EXPECT_LT(entries[i].at.y, layout.panels[0].plot.y);
    if (i > 0 && entries[i].at.y == entries[i - 1].at.y) {
      EXPECT_GE(entries[i].at.x, entries[i - 1].at.x + 30);
    }
  }
  for (const PanelLayout& panel : lay_out({{.title = "", .lines = {{"", {1e-7, 123456.789}}}},
                                           {.title = "", .lines = {{"", std::vector<double>(123456, 0.5)}}}},
                                          {}, *ruler())
                                      .panels) {
    double end = -1;
    for (const Tick& tick : panel.x.ticks) {
      const double width = ruler()->measure({.text = tick.label, .size = 10}).width;
      const double center = panel.at(tick.value, panel.y.low).x;
      EXPECT_GT(center - width / 2, end) << tick.label;
      end = center + width / 2;
    }
    EXPECT_GT(panel.plot.width, 200);
  }
}

TEST(Curves, ManyLinesDifferInColorOrDashes) {
  std::vector<Line> lines;
  for (int i = 0; i < 20; ++i) lines.push_back({std::to_string(i), {1}});
  const Legend legend({{.title = "", .lines = lines}});
  for (std::size_t a = 0; a < lines.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const Stroke one = legend.stroke_of(lines[a]), other = legend.stroke_of(lines[b]);
      EXPECT_TRUE(one.color != other.color || one.dashes != other.dashes) << a << " and " << b;
    }
  }
}

TEST(Curves, OddDataIsDrawn) {
  for (const std::vector<double>& y : std::vector<std::vector<double>>{
           {}, {5}, {0, 0, 0}, {kNaN, kNaN}, {1e300, -1e300}, {1e-300, 2e-300}, {1, 1 + 1e-15}, {-1, 0}}) {
    for (const bool log : {false, true}) {
      const Figure figure = curves({{.title = "t", .lines = {{"training", y}}, .log_y = log}});
      EXPECT_GT(figure.png().size(), 1000u);
    }
  }
}

TEST(Curves, WhatIsMissingIsAnError) {
  expect_error<ValueError>([] { curves({}); }, {"no panels"});
  expect_error<ValueError>([] { curves({{.title = "loss", .lines = {}}}); }, {"panel 0 'loss'", "no lines"});
  expect_error<ValueError>(
      [] {
        curves({{.title = "loss", .lines = {{"a", {1, 2}, {1, 2, 3}}}}});
      },
      {"panel 0 'loss'", "line 'a'", "3 positions for 2 values"});
  expect_error<ValueError>(
      [] {
        curves({{.title = "", .lines = {{"a", {1}}}}}, {.width = 10});
      },
      {"10 x 270", "at least 120 x 90"});
}

}  // namespace
}  // namespace luge::draw
