// What a figure is made of.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "draw/canvas.h"
#include "luge/draw/figure.h"

namespace luge::draw {

struct Figure::Content {
  Extent extent;
  std::string title;  // of the SVG file
  std::function<void(Canvas&)> draw;
};

/// The title above a figure, in up to two lines, from its point down.
inline Text figure_title(std::string text, double max_width) {
  return {.text = std::move(text),
          .size = 14,
          .bold = true,
          .align = Align::center,
          .stand = Stand::top,
          .max_width = max_width,
          .lines = 2};
}

}  // namespace luge::draw
