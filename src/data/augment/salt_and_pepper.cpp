// salt-and-pepper: single pixels black or white.
#include <cmath>

#include "data/augment/color.h"

namespace luge::data {
namespace {

struct SaltOptions {
  double share = 0.02, p = 0.5;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) {
    field("share", self.share, "share of the pixels that become black or white", options::within(0, 1),
          options::elsewhere({"amount", "density"}));
    color_fields(self, field);
  }
};

// From one changed pixel to the next one, so that the others cost nothing.
void sprinkle(const SaltOptions& options, const Shades& shades, Draws& draws) {
  if (options.share <= 0) return;
  const std::size_t area = shades.area();
  const auto gap = [&]() -> double {
    if (options.share >= 1) return 0;
    return std::floor(std::log1p(-draws.uniform()) / std::log1p(-options.share));
  };
  double at = gap();
  for (; at < static_cast<double>(area); at += 1 + gap()) {
    const bool bright = draws.happens(0.5);
    for (auto k = static_cast<std::size_t>(at); k < area * static_cast<std::size_t>(shades.channels);
         k += area) {
      if (!shades.bytes.empty()) shades.bytes[k] = bright ? 255 : 0;
      if (!shades.numbers.empty()) shades.numbers[k] = bright ? 1 : 0;
    }
  }
}

const bool added_salt_and_pepper =
    add_color<SaltOptions>("salt-and-pepper", "makes single pixels of pictures black or white", sprinkle);

}  // namespace
}  // namespace luge::data
