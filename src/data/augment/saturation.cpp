// saturation: colors nearer to or farther from gray.
#include "data/augment/color.h"

namespace luge::data {
namespace {

struct SaturationOptions {
  double amount = 0.3, p = 1;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("amount", self.amount, "largest change of the factor: 0.3 is from 0.7 to 1.3",
          options::within(0, 1), options::elsewhere({"saturation", "hsv_s"}));
    color_fields(self, field);
  }
};

const bool added_saturation =
    add_color<SaturationOptions>("saturation", "makes the colors of pictures paler or stronger",
                                 [](const SaturationOptions& options, const Shades& shades, Draws& draws) {
                                   change_saturation(shades, factor_around_one(draws, options.amount));
                                 });

}  // namespace

void change_saturation(const Shades& shades, double factor) {
  const std::vector<float> gray = gray_of(shades);
  if (shades.channels == 1) return;
  const std::size_t area = shades.area();
  for (std::size_t channel = 0; channel < 3; ++channel) {
    if (shades.bytes.empty()) {
      blend(shades.numbers.subspan(channel * area, area), gray, factor);
    } else {
      blend(shades.bytes.subspan(channel * area, area), gray, factor);
    }
  }
}

}  // namespace luge::data
