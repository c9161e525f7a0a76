// Pictures of any size through a network, whole or in overlapping tiles.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace luge::tasks {

/// Numbers for each pixel of a picture: planes [channels,height,width] of an input, or channels last
/// [height,width,channels] of an answer.
struct Pixels {
  std::int64_t channels = 0, height = 0, width = 0;
  std::vector<float> values;
};

/// How a picture is cut.
struct TileOptions {
  std::int64_t height = 0, width = 0;  // of a tile; a smaller picture is one tile
  std::int64_t overlap = 0;            // pixels that neighbors share
  std::int64_t multiple = 1;           // extents and positions of tiles are multiples of it
  bool fixed = false;                  // all tiles have the whole height and width, also of small pictures
};

/// What the network says about planes [channels,h,w]: channels last, of the same extents.
using Answer = std::function<Pixels(const Pixels& planes)>;

/// The answer for a whole picture, channels last. The picture is extended to the multiple on its lower and
/// right side by its mirror image, and what is found there is left out. Where tiles overlap, answers are
/// blended: the weight of a tile grows from 0 to 1 over the middle half of the overlap, so that the outer
/// quarter of a tile is not used. Where the network looks no farther than that quarter, the result is that of
/// the whole picture.
Pixels in_tiles(const Pixels& picture, const TileOptions& options, const Answer& answer);

/// Channels-last pixels resampled between the four nearest ones: pixel (x, y) of the result, with extents
/// height and width, is read at (x·scale_x + left, y·scale_y + top), where the center of the first pixel is
/// (0.5, 0.5).
struct Mapping {
  double scale_x = 1, scale_y = 1, left = 0, top = 0;
};
Pixels resampled(const Pixels& from, const Mapping& mapping, std::int64_t height, std::int64_t width);

}  // namespace luge::tasks
