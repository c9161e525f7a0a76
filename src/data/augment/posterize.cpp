// posterize: pictures of few levels.
#include <cmath>

#include "data/augment/color.h"

namespace luge::data {
namespace {

struct PosterizeOptions {
  std::int64_t bits = 4;
  double p = 0.5;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("bits", self.bits, "bits that are kept of each level", options::within(1, 8));
    color_fields(self, field);
  }
};

const bool added_posterize =
    add_color<PosterizeOptions>("posterize", "leaves few levels in pictures",
                                [](const PosterizeOptions& options, const Shades& shades, Draws&) {
                                  posterize(shades, static_cast<int>(options.bits));
                                });

}  // namespace

void posterize(const Shades& shades, int bits) {
  const auto kept = static_cast<std::uint8_t>(0xff00 >> bits);
  for (std::uint8_t& each : shades.bytes) each &= kept;
  const auto levels = static_cast<float>(1 << bits);
  for (float& each : shades.numbers) each = std::clamp(std::floor(each * levels), 0.0f, levels - 1) / levels;
}

}  // namespace luge::data
