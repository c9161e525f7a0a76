// Made-up pictures of colored shapes, on which networks for color pictures can be tried without any files.
#pragma once

#include <cstdint>

#include "luge/data/dataset.h"

namespace luge::data {

/// Options of colored_shapes.
struct ShapesOptions {
  std::int64_t samples = 1000;  ///< the number of pictures
  std::int64_t size = 32;       ///< height and width in pixels, 8 or more
  std::uint64_t seed = 0;       ///< another number draws other pictures
};

/// Returns pictures f32[3,size,size] in 0 … 1 of one of eight shapes each, and their labels i64[]: circle,
/// ring, square, frame, triangle, diamond, cross and stripes. The class is the shape; color, background,
/// position, size and angle are random, and pixels have noise. The number of samples of a class differs by at
/// most 1. Throws ValueError when an option is out of range.
Dataset colored_shapes(const ShapesOptions& options = {});

/// Options of shape_scenes.
struct ShapeScenesOptions {
  std::int64_t samples = 1000;  ///< the number of pictures
  std::int64_t size = 64;       ///< height and width in pixels, 16 or more
  std::int64_t shapes = 4;      ///< a picture has 1 to this many shapes
  std::uint64_t seed = 0;       ///< another number draws other pictures
};

/// Returns pictures "image" u8[3,size,size] of several shapes, and the class of each pixel "mask"
/// u8[size,size]: background, circle, square, triangle and cross. Colors, positions, sizes and angles are
/// random, the background changes from corner to corner, and pixels have noise. Where shapes cover each
/// other, the last one is seen; a pixel belongs to a shape that covers half of it or more. Throws ValueError
/// when an option is out of range.
Dataset shape_scenes(const ShapeScenesOptions& options = {});

}  // namespace luge::data
