// autocontrast: each channel from black to white.
#include <algorithm>

#include "data/augment/color.h"

namespace luge::data {
namespace {

struct AutocontrastOptions {
  double p = 0.5;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) { color_fields(self, field); }
};

const bool added_autocontrast = add_color<AutocontrastOptions>(
    "autocontrast", "stretches each channel of pictures from black to white",
    [](const AutocontrastOptions&, const Shades& shades, Draws&) { stretch_contrast(shades); });

template <class T>
void stretch(std::span<T> pixels, float white) {
  const auto [low, high] = std::minmax_element(pixels.begin(), pixels.end());
  if (low == pixels.end() || *low == *high) return;
  const auto least = static_cast<float>(*low);
  const float step = (static_cast<float>(*high) - least) * (1 / white);
  for (T& each : pixels)
    each = static_cast<T>(std::clamp((static_cast<float>(each) - least) / step, 0.0f, white));
}

}  // namespace

void stretch_contrast(const Shades& shades) {
  const std::size_t area = shades.area();
  for (std::size_t first = 0; area > 0 && first < shades.bytes.size(); first += area)
    stretch(shades.bytes.subspan(first, area), 255);
  for (std::size_t first = 0; area > 0 && first < shades.numbers.size(); first += area)
    stretch(shades.numbers.subspan(first, area), 1);
}

}  // namespace luge::data
