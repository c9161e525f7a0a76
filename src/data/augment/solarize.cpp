// solarize: bright pixels as in a negative.
#include "data/augment/color.h"

namespace luge::data {
namespace {

struct SolarizeOptions {
  double threshold = 0.5, p = 0.5;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("threshold", self.threshold, "from which part of white on pixels are inverted",
          options::within(0, 1));
    color_fields(self, field);
  }
};

const bool added_solarize =
    add_color<SolarizeOptions>("solarize", "inverts bright pixels of pictures",
                               [](const SolarizeOptions& options, const Shades& shades, Draws&) {
                                 solarize(shades, options.threshold);
                               });

}  // namespace

void solarize(const Shades& shades, double threshold) {
  for (std::uint8_t& each : shades.bytes)
    each = each >= 255 * threshold ? static_cast<std::uint8_t>(255 - each) : each;
  const auto from = static_cast<float>(threshold);
  for (float& each : shades.numbers) each = each >= from ? 1 - each : each;
}

}  // namespace luge::data
