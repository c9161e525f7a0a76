#include "luge/draw/contours.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "draw/content.h"
#include "draw/curves_layout.h"
#include "draw/level_lines.h"
#include "draw/panel_axes.h"
#include "luge/error.h"

namespace luge::draw {
namespace {

constexpr std::int64_t kLevels = 12;
constexpr double kDot = 1.7, kWidth = 1.3;

void check(const std::vector<Landscape>& landscapes, const ContoursOptions& options) {
  if (landscapes.empty()) throw ValueError("contours: there are no landscapes; expected at least one");
  if (!(options.width >= 120) || !(options.height >= 90)) {
    throw ValueError(fmt::format("contours: a landscape of {} x {} is too small; expected at least 120 x 90",
                                 options.width, options.height));
  }
  if (options.resolution < 2)
    throw ValueError(fmt::format("contours: resolution is {}; expected 2 or more", options.resolution));
  for (std::size_t k = 0; k < landscapes.size(); ++k) {
    const Landscape& one = landscapes[k];
    const std::string where = fmt::format("contours: landscape {} '{}'", k, one.title);
    if (!one.at) throw ValueError(where + " has no function");
    const auto goes_up = [](double low, double high) { return std::isfinite(high - low) && low < high; };
    if (!goes_up(one.x_low, one.x_high) || !goes_up(one.y_low, one.y_high)) {
      throw ValueError(fmt::format("{}: x from {} to {} and y from {} to {}; expected axes that go up", where,
                                   one.x_low, one.x_high, one.y_low, one.y_high));
    }
    for (const Path& path : one.paths) {
      if (path.x.size() == path.y.size()) continue;
      throw ValueError(fmt::format("{}: the path '{}' has {} x for {} y", where, path.label, path.x.size(),
                                   path.y.size()));
    }
  }
}

// A landscape as a panel, from which axes and legend are made. A line without a label has the corners, so
// that the axes show the whole rectangle whatever the paths do.
Panel panel_of(const Landscape& one) {
  Panel panel{.title = one.title, .lines = {}, .x_label = one.x_label};
  for (const Path& path : one.paths)
    panel.lines.push_back({.label = path.label, .y = {}, .x = {}, .color = path.color});
  panel.lines.push_back({.label = "", .y = {one.y_low, one.y_high}, .x = {one.x_low, one.x_high}});
  return panel;
}

Grid grid_of(const Landscape& one, const PanelLayout& layout, std::int64_t resolution) {
  Grid grid{.columns = resolution, .rows = resolution, .values = {}};
  const auto between = [&](const Axis& axis, std::int64_t k) {
    return axis.low + (axis.high - axis.low) * static_cast<double>(k) / static_cast<double>(resolution - 1);
  };
  for (std::int64_t row = 0; row < resolution; ++row) {
    for (std::int64_t column = 0; column < resolution; ++column)
      grid.values.push_back(one.at(between(layout.x, column), between(layout.y, row)));
  }
  return grid;
}

// From near-black for the lowest line to pale for the highest.
Color level_color(double share) {
  const auto mix = [share](int from, int to) {
    return static_cast<std::uint8_t>(std::lround(from + (to - from) * share));
  };
  return {mix(120, 205), mix(140, 215), mix(165, 225)};
}

void draw_levels(Canvas& canvas, const Landscape& one, const PanelLayout& layout, std::int64_t resolution) {
  const Grid grid = grid_of(one, layout, resolution);
  const std::vector<double> levels = one.levels.empty() ? usual_levels(grid.values, kLevels) : one.levels;
  const double last = static_cast<double>(resolution - 1);
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const double share =
        levels.size() < 2 ? 0 : static_cast<double>(k) / static_cast<double>(levels.size() - 1);
    for (std::vector<Point>& line : level_lines(grid, levels[k])) {
      for (Point& point : line) {
        point = {layout.plot.x + point.x / last * layout.plot.width,
                 layout.plot.bottom() - point.y / last * layout.plot.height};
      }
      canvas.line(line, {level_color(share), 0.9});
    }
  }
}

// Earlier paths are wider, so that they are seen under later ones that go the same way.
double width_of(std::size_t path, std::size_t paths) {
  return kWidth + std::min(2.4, 0.4 * static_cast<double>(paths - 1 - path));
}

void draw_path(Canvas& canvas, const Path& path, const PanelLayout& layout, const Stroke& stroke) {
  std::vector<Point> run;  // between two gaps
  const auto finish = [&] {
    if (run.size() > 1) canvas.line(run, stroke);
    for (const Point& point : run) canvas.disc(point, kDot + (stroke.width - kWidth) / 2, stroke.color);
    run.clear();
  };
  // What is far outside is cut off here: a path that grows without limit has numbers that no file can hold.
  const auto near = [](double share) { return std::clamp(share, -10.0, 11.0); };
  for (std::size_t i = 0; i < path.x.size(); ++i) {
    if (!can_be_drawn(path.x[i]) || !can_be_drawn(path.y[i])) {
      finish();
      continue;
    }
    run.push_back({layout.plot.x + near(layout.x.at(path.x[i])) * layout.plot.width,
                   layout.plot.bottom() - near(layout.y.at(path.y[i])) * layout.plot.height});
  }
  finish();
}

void draw_spot(Canvas& canvas, const Spot& spot, const PanelLayout& layout) {
  const Point at = layout.at(spot.x, spot.y);
  constexpr double kArm = 4.5;
  if (spot.crossed) {
    for (const double up : {-kArm, kArm}) {
      const Point ends[] = {{at.x - kArm, at.y - up}, {at.x + kArm, at.y + up}};
      canvas.line(ends, {kWhite, 4});
      canvas.line(ends, {kInk, 2});
    }
  } else {
    canvas.disc(at, kArm + 1, kWhite);
    canvas.disc(at, kArm, kInk);
    canvas.disc(at, kArm - 2, kWhite);
  }
  if (spot.label.empty()) return;
  const Text text{.text = spot.label, .size = 10.5, .bold = true};
  const double width = canvas.measure(text).width;
  const bool left = at.x + 9 + width > layout.plot.right();
  const Point from{left ? at.x - 9 - width : at.x + 9, at.y - 9};
  canvas.fill({from.x - 2, from.y - 7, width + 4, 14}, kWhite, 0.75, 2);
  canvas.text(from, text);
}

}  // namespace

Figure contours(const std::vector<Landscape>& landscapes, const ContoursOptions& options) {
  check(landscapes, options);
  std::vector<Panel> panels;
  for (const Landscape& one : landscapes) panels.push_back(panel_of(one));
  const CurvesLayout layout =
      lay_out(panels, {.title = options.title, .width = options.width, .height = options.height}, *ruler());
  std::string title = options.title.empty() ? landscapes[0].title : options.title;
  return Figure(
      {layout.extent, std::move(title), [landscapes, panels, options, layout](Canvas& canvas) {
         if (!options.title.empty()) {
           canvas.text({layout.extent.width / 2, 10}, figure_title(options.title, layout.extent.width - 24));
         }
         layout.legend.draw(canvas);
         for (std::size_t k = 0; k < landscapes.size(); ++k) {
           const Landscape& one = landscapes[k];
           const PanelLayout& own = layout.panels[k];
           draw_axes(canvas, panels[k], own);
           canvas.clipped(own.plot, [&] {
             draw_levels(canvas, one, own, options.resolution);
             for (std::size_t i = 0; i < one.paths.size(); ++i) {
               Stroke stroke = layout.legend.stroke_of(panels[k].lines[i]);
               stroke.width = width_of(i, one.paths.size());
               draw_path(canvas, one.paths[i], own, stroke);
             }
           });
           for (const Spot& spot : one.spots) draw_spot(canvas, spot, own);
         }
       }});
}

}  // namespace luge::draw
