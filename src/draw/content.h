// What a figure is made of.
#pragma once

#include <functional>
#include <string>

#include "draw/canvas.h"
#include "luge/draw/figure.h"

namespace luge::draw {

struct Figure::Content {
  Extent extent;
  std::string title;  // of the SVG file
  std::function<void(Canvas&)> draw;
};

}  // namespace luge::draw
