// A picture with each pixel as a square of several.
#pragma once

#include "luge/io/image.h"

namespace luge::draw {

io::Image magnified(const io::Image& image, std::int64_t factor);

}  // namespace luge::draw
