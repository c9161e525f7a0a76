// The axes of a panel: ticks, grid, title and labels.
#pragma once

#include "draw/curves_layout.h"

namespace luge::draw {

void draw_axes(Canvas& canvas, const Panel& panel, const PanelLayout& layout);

}  // namespace luge::draw
