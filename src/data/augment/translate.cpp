// translate: pictures moved by a part of their extents, also between pixels.
#include "data/augment/motion.h"

namespace luge::data {
namespace {

struct TranslateOptions {
  double right = 0.1, down = 0.1, p = 1;
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    field("right", self.right, "largest distance to the right or left, as part of the width",
          options::within(0, 1), options::elsewhere({"width_shift_range", "translate"}));
    field("down", self.down, "largest distance down or up, as part of the height", options::within(0, 1),
          options::elsewhere({"height_shift_range"}));
    field("p", self.p, "probability that a picture is moved", options::within(0, 1));
    moving_fields(self.moving, field);
  }
};

const bool added_translate = add_motion<TranslateOptions>(
    "translate", "moves pictures by up to a part of their extents",
    [](const TranslateOptions& options, const Extent& extent, Draws& draws) {
      const double right = either_way(draws, options.right), down = either_way(draws, options.down);
      return Matrix::translation(right * static_cast<double>(extent.width),
                                 down * static_cast<double>(extent.height));
    });

}  // namespace
}  // namespace luge::data
