// Writing PNG through libpng, whose errors jump over frames: they are kept inside one function without C++
// objects.
#pragma once

#include <string>

#include "luge/io/image.h"

namespace luge::io {

/// Photos are written smaller when rows are first predicted from their neighbors. Drawings are large areas of
/// one color, which only takes time for them.
enum class PngContent { photo, drawing };
/// The bytes of a PNG file; the picture has been checked.
std::string encode_png(const Image& image, PngContent content = PngContent::photo);

}  // namespace luge::io
