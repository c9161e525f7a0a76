// brightness: pictures darker or brighter.
#include "data/augment/color.h"

namespace luge::data {
namespace {

struct BrightnessOptions {
  double amount = 0.2, p = 1;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("amount", self.amount, "largest change of the factor: 0.2 is from 0.8 to 1.2",
          options::within(0, 1), options::elsewhere({"brightness_range", "brightness", "hsv_v"}));
    color_fields(self, field);
  }
};

const bool added_brightness =
    add_color<BrightnessOptions>("brightness", "makes pictures darker or brighter",
                                 [](const BrightnessOptions& options, const Shades& shades, Draws& draws) {
                                   change_brightness(shades, factor_around_one(draws, options.amount));
                                 });

}  // namespace

void change_brightness(const Shades& shades, double factor) {
  if (shades.bytes.empty()) return scale_numbers(shades.numbers, factor, 0);
  change_each(shades, [factor](double shade) { return shade * factor; });
}

}  // namespace luge::data
