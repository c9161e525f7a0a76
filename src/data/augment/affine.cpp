// affine: pictures zoomed, slanted, turned and moved in one step.
#include "data/augment/motion.h"

namespace luge::data {
namespace {

struct AffineOptions {
  double degrees = 15, translate = 0.1, scale = 0.1, shear = 5, p = 1;
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    field("degrees", self.degrees, "largest angle, in each direction", options::within(0, 180));
    field("translate", self.translate, "largest distance, as part of width and height",
          options::within(0, 1));
    field("scale", self.scale, "largest change of the factor: 0.1 is from 0.9 to 1.1",
          options::at_least(0).below(1));
    field("shear", self.shear, "largest slant in degrees", options::at_least(0).below(90));
    field("p", self.p, "probability that a picture is changed", options::within(0, 1));
    moving_fields(self.moving, field);
  }
};

const bool added_affine = add_motion<AffineOptions>(
    "affine", "zooms, slants, turns and moves pictures in one step",
    [](const AffineOptions& options, const Extent& extent, Draws& draws) {
      const double factor = 1 + either_way(draws, options.scale), slant = either_way(draws, options.shear),
                   angle = either_way(draws, options.degrees),
                   right = either_way(draws, options.translate) * static_cast<double>(extent.width),
                   down = either_way(draws, options.translate) * static_cast<double>(extent.height);
      const Matrix turned =
          Matrix::rotation(angle) * Matrix::shearing(slant, 0) * Matrix::scaling(factor, factor);
      return Matrix::translation(right, down) * turned.around(center_of(extent));
    });

}  // namespace
}  // namespace luge::data
