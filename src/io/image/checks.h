// What writers of pictures require.
#pragma once

#include <string>

#include "luge/io/image.h"

namespace luge::io {

/// Throws ValueError beginning with `where` unless the numbers of the picture agree with each other.
void check_image(const std::string& where, const Image& image);

}  // namespace luge::io
