#include "draw/panel_axes.h"

#include <algorithm>

namespace luge::draw {
namespace {

constexpr double kTick = 10;

}  // namespace

void draw_axes(Canvas& canvas, const Panel& panel, const PanelLayout& layout) {
  const Rect& plot = layout.plot;
  const Stroke grid{kPale, 0.8}, edge{{190, 190, 190}, 1};
  for (const Tick& tick : layout.y.ticks) {
    const double y = layout.at(layout.x.low, tick.value).y;
    const Point ends[] = {{plot.x, y}, {plot.right(), y}};
    canvas.line(ends, grid);
    if (tick.label.empty()) continue;
    canvas.text({plot.x - 6, y}, {.text = tick.label, .size = kTick, .color = kGray, .align = Align::right});
  }
  for (const Tick& tick : layout.x.ticks) {
    const double x = layout.at(tick.value, layout.y.low).x;
    const Point grid_line[] = {{x, plot.y}, {x, plot.bottom()}},
                ends[] = {{x, plot.bottom()}, {x, plot.bottom() + 4}};
    canvas.line(grid_line, {{242, 242, 242}, 0.8});
    canvas.line(ends, edge);
    canvas.text({x, plot.bottom() + 12},
                {.text = tick.label, .size = kTick, .color = kGray, .align = Align::center});
  }
  const Point edges[] = {{plot.x, plot.y}, {plot.x, plot.bottom()}, {plot.right(), plot.bottom()}};
  canvas.line(edges, edge);
  const double middle = plot.x + plot.width / 2;
  const Text note{.text = layout.y.note, .size = kTick - 0.5, .color = kGray};
  const double beside = layout.y.note.empty() ? 0 : canvas.measure(note).width;
  if (beside > 0) canvas.text({layout.cell.x + 8, layout.title_y + 2}, note);
  canvas.text({middle, layout.title_y},
              {.text = panel.title,
               .size = 12,
               .bold = true,
               .align = Align::center,
               .max_width = std::max(30.0, 2 * (middle - layout.cell.x - beside - 12))});
  if (!panel.x_label.empty()) {
    canvas.text({middle, plot.bottom() + 28}, {.text = panel.x_label,
                                               .size = 10.5,
                                               .color = kGray,
                                               .align = Align::center,
                                               .max_width = plot.width});
  }
  if (!layout.x.note.empty()) {
    canvas.text({plot.right(), plot.bottom() + 28},
                {.text = layout.x.note, .size = kTick - 0.5, .color = kGray, .align = Align::right});
  }
}

}  // namespace luge::draw
