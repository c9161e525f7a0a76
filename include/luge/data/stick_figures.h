// Made-up pictures of a figure with named points, on which networks for keypoints can be tried without files.
#pragma once

#include <cstdint>

#include "luge/data/dataset.h"

namespace luge::data {

/// Options of stick_figures.
struct StickFigureOptions {
  std::int64_t samples = 1000;  ///< the number of pictures
  std::int64_t size = 64;       ///< height and width in pixels, 16 to 1024
  double hidden = 0.1;          ///< the share of pictures in which a block hides a part of the figure, 0 to 1
  std::uint64_t seed = 0;       ///< another number draws other pictures
};

/// Returns pictures "image" u8[3,size,size] of one figure each, and its "points" f32[11,3]: x and y in
/// pixels, and 1 where the point is visible or 0 where a block hides it (then x and y are 0). Info::classes
/// names the points: head, neck, hip, and of each side hand, elbow, knee and foot. The figure is upright,
/// give or take 30 degrees, and faces the viewer, so that its right side is on the left of the picture, and a
/// mirrored picture is one of another figure whose sides have changed. Size, position, pose, colors and
/// background are random. Pictures are drawn when they are read. Throws ValueError when an option is out of
/// range.
Dataset stick_figures(const StickFigureOptions& options = {});

}  // namespace luge::data
