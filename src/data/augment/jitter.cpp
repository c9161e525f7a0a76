// jitter: brightness, contrast, saturation and hue in a random order. Source: torchvision ColorJitter.
#include <algorithm>

#include "data/augment/color.h"

namespace luge::data {
namespace {

struct JitterOptions {
  double brightness = 0.2, contrast = 0.2, saturation = 0.2, hue = 0.05, p = 1;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("brightness", self.brightness, "largest change of the brightness", options::within(0, 1));
    field("contrast", self.contrast, "largest change of the contrast", options::within(0, 1));
    field("saturation", self.saturation, "largest change of the saturation", options::within(0, 1));
    field("hue", self.hue, "largest turn of the hue, as part of the circle", options::within(0, 0.5));
    color_fields(self, field);
  }
};

void jitter(const JitterOptions& options, const Shades& shades, Draws& draws) {
  std::array<int, 4> order = {0, 1, 2, 3};
  for (std::size_t k = 3; k > 0; --k)
    std::swap(order[k], order[static_cast<std::size_t>(draws.whole(0, static_cast<std::int64_t>(k)))]);
  const double brightness = factor_around_one(draws, options.brightness),
               contrast = factor_around_one(draws, options.contrast),
               saturation = factor_around_one(draws, options.saturation),
               hue = options.hue * (2 * draws.uniform() - 1);
  for (const int each : order) {
    if (each == 0 && options.brightness > 0) change_brightness(shades, brightness);
    if (each == 1 && options.contrast > 0) change_contrast(shades, contrast);
    if (each == 2 && options.saturation > 0) change_saturation(shades, saturation);
    if (each == 3 && options.hue > 0) change_hue(shades, hue);
  }
}

const bool added_jitter = add_color<JitterOptions>(
    "jitter", "changes brightness, contrast, saturation and hue of pictures in a random order", jitter);

}  // namespace
}  // namespace luge::data
