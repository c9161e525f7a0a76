// hue: all colors turned around the circle of hues.
#include <algorithm>
#include <concepts>

#include "data/augment/color.h"

namespace luge::data {
namespace {

struct HueOptions {
  double amount = 0.05, p = 1;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("amount", self.amount, "largest turn in each direction, as part of the circle",
          options::within(0, 0.5), options::elsewhere({"hue", "hsv_h"}));
    color_fields(self, field);
  }
};

const bool added_hue = add_color<HueOptions>(
    "hue", "turns the hues of pictures", [](const HueOptions& options, const Shades& shades, Draws& draws) {
      change_hue(shades, options.amount * (2 * draws.uniform() - 1));
    });

struct Rgb {
  float red, green, blue;
};

// The hue of a color in sixths of the circle, from 0 for red; only the hue is turned, the largest and the
// smallest part stay. Source: Smith 1978.
Rgb turned(const Rgb& color, float sixths) {
  const float high = std::max({color.red, color.green, color.blue}),
              low = std::min({color.red, color.green, color.blue}), range = high - low;
  if (range == 0) return color;
  float hue = color.red == high     ? (color.green - color.blue) / range
              : color.green == high ? 2 + (color.blue - color.red) / range
                                    : 4 + (color.red - color.green) / range;
  hue += sixths;
  if (hue < 0) hue += 6;
  if (hue >= 6) hue -= 6;
  const int sector = static_cast<int>(hue);
  const float part = hue - static_cast<float>(sector), rising = low + part * range,
              falling = high - part * range;
  switch (sector) {
    case 0: return {high, rising, low};
    case 1: return {falling, high, low};
    case 2: return {low, high, rising};
    case 3: return {low, falling, high};
    case 4: return {rising, low, high};
    default: return {high, low, falling};
  }
}

template <class T>
void turn(std::span<T> pixels, std::size_t area, float sixths) {
  T *red = pixels.data(), *green = red + area, *blue = green + area;
  for (std::size_t k = 0; k < area; ++k) {
    const Rgb made = turned(
        {static_cast<float>(red[k]), static_cast<float>(green[k]), static_cast<float>(blue[k])}, sixths);
    if constexpr (std::same_as<T, float>) {
      red[k] = made.red, green[k] = made.green, blue[k] = made.blue;
    } else {
      red[k] = static_cast<T>(made.red + 0.5f), green[k] = static_cast<T>(made.green + 0.5f);
      blue[k] = static_cast<T>(made.blue + 0.5f);
    }
  }
}

}  // namespace

void change_hue(const Shades& shades, double turn_by) {
  check_colors(shades);
  if (shades.channels == 1) return;
  const auto sixths = static_cast<float>(6 * turn_by);
  if (!shades.bytes.empty()) turn(shades.bytes, shades.area(), sixths);
  if (!shades.numbers.empty()) turn(shades.numbers, shades.area(), sixths);
}

}  // namespace luge::data
