// What was found in a picture, drawn on it.
#pragma once

#include "draw/canvas.h"
#include "luge/draw/picture_grid.h"

namespace luge::draw {

/// `rect` is where the picture is.
void draw_annotations(Canvas& canvas, const Picture& picture, const Rect& rect);

}  // namespace luge::draw
