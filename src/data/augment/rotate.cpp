// rotate: pictures turned around their center.
#include "data/augment/motion.h"

namespace luge::data {
namespace {

struct RotateOptions {
  double degrees = 15, p = 1;
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    field("degrees", self.degrees, "largest angle, in each direction", options::within(0, 180),
          options::elsewhere({"rotation_range", "rotation", "angle"}));
    field("p", self.p, "probability that a picture is turned", options::within(0, 1));
    moving_fields(self.moving, field);
  }
};

const bool added_rotate = add_motion<RotateOptions>(
    "rotate", "turns pictures around their center",
    [](const RotateOptions& options, const Extent& extent, Draws& draws) {
      return Matrix::rotation(either_way(draws, options.degrees)).around(center_of(extent));
    });

}  // namespace
}  // namespace luge::data
