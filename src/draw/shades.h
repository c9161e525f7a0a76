// Colors that say how much, and colors of text on others.
#pragma once

#include "luge/draw/color.h"

namespace luge::draw {

/// How many colors color_of has.
std::int64_t color_count();
/// From white at 0 to dark blue at 1.
Color shade(double share);
/// Black or white, whichever is read more easily on `background`.
Color text_on(Color background);

}  // namespace luge::draw
