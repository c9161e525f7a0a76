// Legend: what the lines of all panels are called, in rows above them.
#pragma once

#include <string>
#include <vector>

#include "draw/canvas.h"
#include "luge/draw/curves.h"

namespace luge::draw {

struct LegendEntry {
  std::string label;
  Stroke stroke;
  bool points = false;
  Point at = {};  // the left end of its sample of the line
};

/// How lines of a label are drawn.
class Legend {
 public:
  explicit Legend(const std::vector<Panel>& panels);

  /// Lines differ by color, then by dashes, then they are told apart by the legend no longer.
  Stroke stroke_of(const Line& line) const;

  /// Arranges the entries within a width, centered; returns the height they take.
  double arrange(double width, double top, Canvas& ruler);
  void draw(Canvas& canvas) const;
  const std::vector<LegendEntry>& entries() const { return entries_; }

 private:
  Text text_of(const LegendEntry& entry) const;

  std::vector<std::string> labels_;   // of all lines
  std::vector<LegendEntry> entries_;  // with a text
  double widest_ = 0;                 // of a text
};

}  // namespace luge::draw
