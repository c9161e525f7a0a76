// perspective: pictures as they look from another direction; each corner moves inwards.
#include "data/augment/motion.h"

namespace luge::data {
namespace {

struct PerspectiveOptions {
  double distortion = 0.3, p = 0.5;
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    field("distortion", self.distortion, "how far corners move inwards, as part of half the picture",
          options::at_least(0).below(1), options::elsewhere({"distortion_scale"}));
    field("p", self.p, "probability that a picture is changed", options::within(0, 1));
    moving_fields(self.moving, field);
  }
};

const bool added_perspective = add_motion<PerspectiveOptions>(
    "perspective", "shows pictures from another direction",
    [](const PerspectiveOptions& options, const Extent& extent, Draws& draws) {
      const auto height = static_cast<double>(extent.height), width = static_cast<double>(extent.width);
      const std::array<Position, 4> corners = {{{0, 0}, {width, 0}, {width, height}, {0, height}}};
      std::array<Position, 4> moved = corners;
      for (Position& each : moved) {
        const double inward = options.distortion * draws.uniform() * width / 2,
                     along = options.distortion * draws.uniform() * height / 2;
        each.x += each.x > 0 ? -inward : inward;
        each.y += each.y > 0 ? -along : along;
      }
      return Matrix::from_corners(corners, moved);
    });

}  // namespace
}  // namespace luge::data
