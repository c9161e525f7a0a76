// What a figure looks like.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>

#include "draw/canvas.h"
#include "luge/draw/figure.h"
#include "luge/io/image.h"
#include "support/temp_dir.h"

namespace luge::testing {

struct Pixels {
  io::Image image;
  double scale = 1;

  /// The color at a point in units of the figure.
  draw::Color at(draw::Point point) const {
    const auto x = static_cast<std::int64_t>(point.x * scale), y = static_cast<std::int64_t>(point.y * scale);
    const auto i = static_cast<std::size_t>((y * image.width + x) * 3);
    return {image.pixels.at(i), image.pixels.at(i + 1), image.pixels.at(i + 2)};
  }
  /// How far the closest color within `reach` units of a point is from `color`, in the part that differs
  /// most.
  int distance(draw::Point point, draw::Color color, double reach = 0.6) const {
    int best = 255;
    for (double dy = -reach; dy <= reach; dy += 1 / scale) {
      for (double dx = -reach; dx <= reach; dx += 1 / scale) {
        const draw::Color found = at({point.x + dx, point.y + dy});
        best = std::min(best, std::max({std::abs(found.red - color.red), std::abs(found.green - color.green),
                                        std::abs(found.blue - color.blue)}));
      }
    }
    return best;
  }
};

inline Pixels pixels_of(const draw::Figure& figure, double scale = 2) {
  const TempDir folder;
  const std::string file = folder.file("figure.png");
  figure.write(file, {.scale = scale});
  return {io::read_image(file), scale};
}

}  // namespace luge::testing
