// curves: lines over an axis, such as the loss over the epochs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "luge/draw/color.h"
#include "luge/draw/figure.h"

namespace luge::draw {

/// A line of a panel.
struct Line {
  std::string label;                ///< the text of the legend; lines with one label have one color
  std::vector<double> y;            ///< the values; NaN and infinities are gaps
  std::vector<double> x = {};       ///< the positions of the values; empty: 1, 2, 3 …
  bool dashed = false;              ///< draws dashes
  std::optional<Color> color = {};  ///< the color; empty: that of the label
  bool points = false;              ///< draws dots alone
};

/// A vertical line with a text.
struct Mark {
  double x = 0;       ///< the position
  std::string label;  ///< the text
};

/// One coordinate system.
struct Panel {
  std::string title;             ///< the text above it
  std::vector<Line> lines;       ///< the lines, 1 or more
  std::string x_label = {};      ///< the text below the horizontal axis
  bool log_x = false;            ///< a logarithmic horizontal axis; positions of 0 and below are left out
  bool log_y = false;            ///< a logarithmic vertical axis; values of 0 and below are gaps
  std::vector<Mark> marks = {};  ///< vertical lines
};

/// Options of curves.
struct CurvesOptions {
  std::string title = {};    ///< the text above all panels
  std::int64_t columns = 0;  ///< panels in a row; 0: at most 3
  double width = 380;        ///< the width of a panel, with its labels
  double height = 270;       ///< the height of a panel, with its labels
};

/// Draws panels with one legend for all of them. Axes have ticks at round numbers; a horizontal axis of whole
/// numbers has whole ticks. Throws ValueError when there are no panels, a panel has no lines, x and y of a
/// line differ in size, or the size of a panel is below 120 x 90, and StateError when this build or this
/// machine does not have Cairo and Pango.
Figure curves(const std::vector<Panel>& panels, const CurvesOptions& options = {});

}  // namespace luge::draw
