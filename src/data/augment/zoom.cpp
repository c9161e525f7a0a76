// zoom: pictures made larger or smaller around their center, in a frame that stays.
#include "data/augment/motion.h"

namespace luge::data {
namespace {

struct ZoomOptions {
  double amount = 0.2, p = 1;
  MovingOptions moving;
  static void fields(auto& self, auto&& field) {
    field("amount", self.amount, "largest change of the factor: 0.2 is from 0.8 to 1.2",
          options::at_least(0).below(1), options::elsewhere({"zoom_range", "scale"}));
    field("p", self.p, "probability that a picture is changed", options::within(0, 1));
    moving_fields(self.moving, field);
  }
};

const bool added_zoom =
    add_motion<ZoomOptions>("zoom", "makes what pictures show larger or smaller",
                            [](const ZoomOptions& options, const Extent& extent, Draws& draws) {
                              const double factor = 1 + either_way(draws, options.amount);
                              return Matrix::scaling(factor, factor).around(center_of(extent));
                            });

}  // namespace
}  // namespace luge::data
