// EXIF: how a camera was held when it took a picture.
#pragma once

#include <cstddef>
#include <span>

#include "luge/io/image.h"

namespace luge::io {

/// The orientation, 1 to 8, in a TIFF structure ("II" or "MM" first); 1 where there is none or it is damaged.
int exif_orientation(std::span<const std::byte> tiff);

/// The picture as it is seen, from one that is stored with this orientation.
Image turned(Image stored, int orientation);

/// Whether height and width are exchanged.
constexpr bool swaps_extents(int orientation) { return orientation >= 5; }

}  // namespace luge::io
