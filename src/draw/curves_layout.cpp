#include "draw/curves_layout.h"

#include <algorithm>
#include <cmath>

namespace luge::draw {
namespace {

constexpr double kTick = 10, kTitle = 24, kLabels = 20, kLabel = 16, kSide = 12, kAbove = 8, kMarks = 14;

struct Ranges {
  Range x, y;
  bool whole = true;  // all x
};

Ranges ranges_of(const Panel& panel) {
  Ranges ranges;
  for (const Line& line : panel.lines) {
    for (std::size_t i = 0; i < line.y.size(); ++i) {
      const double x = x_of(line, i);
      if (can_be_drawn(x) && (!panel.log_x || x > 0)) {  // the axis has the positions of gaps, too
        ranges.x.add(x);
        ranges.whole &= x == std::floor(x) && std::abs(x) < 1e15;
      }
      if (is_shown(panel, line, i)) ranges.y.add(line.y[i]);
    }
  }
  for (const Mark& mark : panel.marks) {
    if (!panel.log_x || mark.x > 0) ranges.x.add(mark.x);
  }
  return ranges;
}

double widest_label(const Axis& axis, Canvas& ruler) {
  double widest = 0;
  for (const Tick& tick : axis.ticks)
    widest = std::max(widest, ruler.measure({.text = tick.label, .size = kTick}).width);
  return widest;
}

// As many ticks as fit next to each other.
Axis horizontal_axis(const Panel& panel, const Ranges& ranges, double width, Canvas& ruler) {
  for (std::int64_t most = 9; true; --most) {
    Axis axis =
        make_axis(ranges.x, {.log = panel.log_x, .whole = ranges.whole, .most = most, .margin = 0.03});
    const double needed = (widest_label(axis, ruler) + 14) * static_cast<double>(axis.ticks.size());
    if (needed <= width || most <= 2) return axis;
  }
}

PanelLayout lay_out(const Panel& panel, const Rect& cell, Canvas& ruler) {
  const Ranges ranges = ranges_of(panel);
  PanelLayout layout{.cell = cell, .plot = {}, .x = {}, .y = {}};
  const double bottom = kLabels + (panel.x_label.empty() ? 0 : kLabel);
  const double top = kAbove + kTitle + (panel.marks.empty() ? 0 : kMarks),
               height = cell.height - top - bottom;
  const auto most = std::clamp<std::int64_t>(static_cast<std::int64_t>(height / 32), 2, 7);
  layout.y = make_axis(ranges.y, {.log = panel.log_y, .most = most, .margin = 0.05});
  const double left = kSide + widest_label(layout.y, ruler) + 8;
  layout.plot = {cell.x + left, cell.y + top, cell.width - left - kSide, height};
  layout.title_y = cell.y + kAbove + kTitle / 2;
  layout.marks_y = layout.plot.y - 6;
  layout.x = horizontal_axis(panel, ranges, layout.plot.width, ruler);
  return layout;
}

}  // namespace

double x_of(const Line& line, std::size_t i) {
  return line.x.empty() ? static_cast<double>(i + 1) : line.x[i];
}

bool is_shown(const Panel& panel, const Line& line, std::size_t i) {
  const double x = x_of(line, i), y = line.y[i];
  return can_be_drawn(x) && can_be_drawn(y) && (!panel.log_x || x > 0) && (!panel.log_y || y > 0);
}

CurvesLayout lay_out(const std::vector<Panel>& panels, const CurvesOptions& options, Canvas& ruler) {
  const auto count = static_cast<std::int64_t>(panels.size());
  // 4 panels are two rows of two, not three and one.
  const std::int64_t usual = count == 4 ? 2 : 3;
  const std::int64_t columns = std::min(options.columns > 0 ? options.columns : usual, count);
  const std::int64_t rows = (count + columns - 1) / columns;
  CurvesLayout layout{
      .extent = {}, .title_height = options.title.empty() ? 0 : 30.0, .legend = Legend(panels), .panels = {}};
  layout.extent.width = static_cast<double>(columns) * options.width;
  const double legend =
      layout.legend.arrange(layout.extent.width - 2 * kSide, layout.title_height + 6, ruler);
  const double top = layout.title_height + (legend > 0 ? legend + 6 : 0);
  layout.extent.height = top + static_cast<double>(rows) * options.height + 6;
  for (std::int64_t i = 0; i < count; ++i) {
    const Rect cell{static_cast<double>(i % columns) * options.width,
                    top + static_cast<double>(i / columns) * options.height, options.width, options.height};
    layout.panels.push_back(lay_out(panels[static_cast<std::size_t>(i)], cell, ruler));
  }
  return layout;
}

}  // namespace luge::draw
