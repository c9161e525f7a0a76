// PNG through libpng, whose errors jump over frames: they are kept inside one function without C++ objects.
#pragma once

#include <string>
#include <vector>

#include "io/files/input_file.h"
#include "luge/io/image.h"

namespace luge::io {

/// The file must begin with PNG's signature.
Image read_png(const InputFile& file, const ImageLimits& limits);

/// The bytes of a PNG file; the picture has been checked.
std::string encode_png(const Image& image);

}  // namespace luge::io
