// Where everything of `picture_grid` is.
#pragma once

#include <vector>

#include "draw/canvas.h"
#include "luge/draw/picture_grid.h"

namespace luge::draw {

struct GridLayout {
  Extent extent;
  double cell = 0;
  double title_height = 0;
  std::vector<Rect> pictures;
};
GridLayout lay_out(const std::vector<Picture>& pictures, const PictureGridOptions& options, Canvas& ruler);

Text title_of(const PictureGridOptions& options, double width);
Text caption_of(const Picture& picture, double width);

}  // namespace luge::draw
