// Where everything of `curves` is.
#pragma once

#include <vector>

#include "draw/axis.h"
#include "draw/canvas.h"
#include "draw/legend.h"
#include "luge/draw/curves.h"

namespace luge::draw {

struct PanelLayout {
  Rect cell;  // with title and labels
  Rect plot;  // between the axes
  Axis x, y;
  double title_y = 0, marks_y = 0;  // the middle of these texts

  Point at(double x_value, double y_value) const {
    return {plot.x + x.at(x_value) * plot.width, plot.bottom() - y.at(y_value) * plot.height};
  }
};

struct CurvesLayout {
  Extent extent;
  double title_height = 0;
  Legend legend;
  std::vector<PanelLayout> panels;
};
CurvesLayout lay_out(const std::vector<Panel>& panels, const CurvesOptions& options, Canvas& ruler);

/// The positions of a line: those given, or 1, 2, 3 …
double x_of(const Line& line, std::size_t i);
/// Whether a value has a position in a panel.
bool is_shown(const Panel& panel, const Line& line, std::size_t i);

}  // namespace luge::draw
