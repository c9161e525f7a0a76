// What the files of JPEG share.
#pragma once

#include "io/image/kinds.h"

namespace luge::io {

/// Throws FormatError when the file is too short for the pixels that it declares.
void check_jpeg_size(const InputFile& file, const ImageFacts& facts);

}  // namespace luge::io
