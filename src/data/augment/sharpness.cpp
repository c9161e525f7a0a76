// sharpness: pictures nearer to or farther from a smoothed one.
#include <cmath>

#include "data/augment/color.h"

namespace luge::data {
namespace {

struct SharpnessOptions {
  double amount = 0.5, p = 1;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("amount", self.amount, "largest change of the factor: 0.5 is from 0.5 to 1.5",
          options::within(0, 1), options::elsewhere({"sharpness"}));
    color_fields(self, field);
  }
};

const bool added_sharpness =
    add_color<SharpnessOptions>("sharpness", "makes pictures softer or sharper",
                                [](const SharpnessOptions& options, const Shades& shades, Draws& draws) {
                                  change_sharpness(shades, factor_around_one(draws, options.amount));
                                });

// The mean of a pixel, five times, and its eight neighbors; the border stays.
template <class T>
std::vector<float> smoothed(std::span<const T> plane, std::int64_t height, std::int64_t width) {
  std::vector<float> made(plane.begin(), plane.end());
  const auto at = [&](std::int64_t y, std::int64_t x) {
    return static_cast<float>(plane[static_cast<std::size_t>(y * width + x)]);
  };
  for (std::int64_t y = 1; y + 1 < height; ++y) {
    for (std::int64_t x = 1; x + 1 < width; ++x) {
      const float sum = at(y - 1, x - 1) + at(y - 1, x) + at(y - 1, x + 1) + at(y, x - 1) + 5 * at(y, x) +
                        at(y, x + 1) + at(y + 1, x - 1) + at(y + 1, x) + at(y + 1, x + 1);
      const float mean = sum * (1 / 13.0f);
      made[static_cast<std::size_t>(y * width + x)] =
          std::same_as<T, float> ? mean : static_cast<float>(static_cast<int>(mean + 0.5f));
    }
  }
  return made;
}

template <class T>
void sharpen(std::span<T> pixels, const Shades& shades, double factor) {
  for (std::size_t first = 0; first < pixels.size(); first += shades.area()) {
    const auto plane = pixels.subspan(first, shades.area());
    blend(plane, smoothed(std::span<const T>(plane), shades.height, shades.width), factor);
  }
}

}  // namespace

void change_sharpness(const Shades& shades, double factor) {
  if (shades.height <= 2 || shades.width <= 2) return;
  sharpen(shades.bytes, shades, factor);
  sharpen(shades.numbers, shades, factor);
}

}  // namespace luge::data
