// invert: negatives of pictures.
#include "data/augment/color.h"

namespace luge::data {
namespace {

struct InvertOptions {
  double p = 0.5;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) { color_fields(self, field); }
};

const bool added_invert =
    add_color<InvertOptions>("invert", "makes negatives of pictures",
                             [](const InvertOptions&, const Shades& shades, Draws&) { invert(shades); });

}  // namespace

void invert(const Shades& shades) {
  for (std::uint8_t& each : shades.bytes) each = static_cast<std::uint8_t>(255 - each);
  for (float& each : shades.numbers) each = 1 - each;
}

}  // namespace luge::data
