// grayscale: pictures without colors, with as many channels.
#include "data/augment/color.h"

namespace luge::data {
namespace {

struct GrayscaleOptions {
  double p = 0.1;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) { color_fields(self, field); }
};

const bool added_grayscale = add_color<GrayscaleOptions>(
    "grayscale", "takes the colors out of pictures; the channels stay",
    [](const GrayscaleOptions&, const Shades& shades, Draws&) { make_gray(shades); });

}  // namespace

void make_gray(const Shades& shades) {
  const std::vector<float> gray = gray_of(shades);
  for (std::size_t k = 0; k < shades.bytes.size(); ++k)
    shades.bytes[k] = static_cast<std::uint8_t>(gray[k % gray.size()]);
  if (shades.channels == 1) return;
  for (std::size_t k = 0; k < shades.numbers.size(); ++k) shades.numbers[k] = gray[k % gray.size()];
}

}  // namespace luge::data
