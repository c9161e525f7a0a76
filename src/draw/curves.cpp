#include "luge/draw/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "draw/content.h"
#include "draw/curves_layout.h"
#include "draw/panel_axes.h"
#include "luge/error.h"

namespace luge::draw {
namespace {

constexpr double kDot = 2.6;
constexpr std::size_t kWithDots = 25;  // points of a line that are dots, too

void check(const std::vector<Panel>& panels, const CurvesOptions& options) {
  if (panels.empty()) throw ValueError("curves: there are no panels; expected at least one");
  if (!(options.width >= 120) || !(options.height >= 90)) {
    throw ValueError(fmt::format("curves: a panel of {} x {} is too small; expected at least 120 x 90",
                                 options.width, options.height));
  }
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const std::string where = fmt::format("curves: panel {} '{}'", p, panels[p].title);
    if (panels[p].lines.empty()) throw ValueError(where + " has no lines; expected at least one");
    for (const Line& line : panels[p].lines) {
      if (line.x.empty() || line.x.size() == line.y.size()) continue;
      throw ValueError(fmt::format("{}: the line '{}' has {} positions for {} values", where, line.label,
                                   line.x.size(), line.y.size()));
    }
  }
}

void draw_marks(Canvas& canvas, const Panel& panel, const PanelLayout& layout) {
  double free_from = layout.plot.x;  // where the text of the next mark does not touch one before
  for (const Mark& mark : panel.marks) {
    if (!(mark.x >= layout.x.low && mark.x <= layout.x.high)) continue;
    const double x = layout.at(mark.x, layout.y.low).x;
    const Point ends[] = {{x, layout.plot.y - 2}, {x, layout.plot.bottom()}};
    canvas.line(ends, {{150, 150, 150}, 0.9, {3, 3}});
    const Text text{.text = mark.label, .size = 9, .color = kGray};
    if (x < free_from || x + canvas.measure(text).width > layout.plot.right()) continue;
    canvas.text({x, layout.marks_y}, text);
    free_from = x + 6 + canvas.measure(text).width;
  }
}

// Of the points in one half of a unit the first, the lowest, the highest and the last one: the rest would be
// drawn on top of them.
std::vector<Point> thinned(const std::vector<Point>& points) {
  std::vector<Point> kept;
  for (std::size_t begin = 0, end = 0; begin < points.size(); begin = end) {
    while (end < points.size() && std::floor(2 * points[end].x) == std::floor(2 * points[begin].x)) ++end;
    std::size_t low = begin, high = begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (points[i].y < points[low].y) low = i;
      if (points[i].y > points[high].y) high = i;
    }
    std::size_t wanted[] = {begin, std::min(low, high), std::max(low, high), end - 1};
    for (std::size_t k = 0; k < 4; ++k) {
      if (k == 0 || wanted[k] != wanted[k - 1]) kept.push_back(points[wanted[k]]);
    }
  }
  return kept;
}

void draw_line(Canvas& canvas, const Panel& panel, const Line& line, const PanelLayout& layout,
               const Stroke& stroke) {
  const bool dots = line.y.size() <= kWithDots || line.points;
  std::vector<Point> run;  // between two gaps
  const auto finish = [&] {
    const bool many = static_cast<double>(run.size()) > 4 * layout.plot.width;
    if (run.size() > 1 && !line.points) canvas.line(many ? thinned(run) : run, stroke);
    if (dots || run.size() == 1) {
      for (const Point& point : run) canvas.disc(point, run.size() == 1 ? kDot + 0.4 : kDot, stroke.color);
    }
    run.clear();
  };
  for (std::size_t i = 0; i < line.y.size(); ++i) {
    if (is_shown(panel, line, i))
      run.push_back(layout.at(x_of(line, i), line.y[i]));
    else
      finish();
  }
  finish();
}

void draw_panel(Canvas& canvas, const Panel& panel, const PanelLayout& layout, const Legend& legend) {
  draw_axes(canvas, panel, layout);
  draw_marks(canvas, panel, layout);
  bool any = false;
  for (const Line& line : panel.lines) {
    for (std::size_t i = 0; i < line.y.size(); ++i) any |= is_shown(panel, line, i);
    draw_line(canvas, panel, line, layout, legend.stroke_of(line));
  }
  if (any) return;
  const Rect& plot = layout.plot;
  canvas.text({plot.x + plot.width / 2, plot.y + plot.height / 2},
              {.text = panel.log_y ? "no values above 0" : "no finite values",
               .color = kGray,
               .align = Align::center});
}

}  // namespace

Figure curves(const std::vector<Panel>& panels, const CurvesOptions& options) {
  check(panels, options);
  const CurvesLayout layout = lay_out(panels, options, *ruler());
  std::string title = options.title.empty() ? panels[0].title : options.title;
  return Figure({layout.extent, std::move(title), [panels, options, layout](Canvas& canvas) {
                   if (!options.title.empty()) {
                     canvas.text({layout.extent.width / 2, 20}, {.text = options.title,
                                                                 .size = 14,
                                                                 .bold = true,
                                                                 .align = Align::center,
                                                                 .max_width = layout.extent.width - 24});
                   }
                   layout.legend.draw(canvas);
                   for (std::size_t i = 0; i < panels.size(); ++i)
                     draw_panel(canvas, panels[i], layout.panels[i], layout.legend);
                 }});
}

}  // namespace luge::draw
