// shear: pictures slanted around their center.
#include "data/augment/motion.h"

namespace luge::data {
namespace {

struct ShearOptions {
  double degrees = 10, vertical = 0, p = 1;
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    field("degrees", self.degrees, "largest slant of vertical lines, in each direction",
          options::at_least(0).below(90), options::elsewhere({"shear_range", "shear"}));
    field("vertical", self.vertical, "largest slant of horizontal lines in degrees, in each direction",
          options::at_least(0).below(90));
    field("p", self.p, "probability that a picture is slanted", options::within(0, 1));
    moving_fields(self.moving, field);
  }
};

const bool added_shear = add_motion<ShearOptions>(
    "shear", "slants pictures", [](const ShearOptions& options, const Extent& extent, Draws& draws) {
      const double x = either_way(draws, options.degrees), y = either_way(draws, options.vertical);
      return Matrix::shearing(x, y).around(center_of(extent));
    });

}  // namespace
}  // namespace luge::data
