// equalize: as many pixels of each level.
#include <algorithm>

#include "data/augment/color.h"

namespace luge::data {
namespace {

struct EqualizeOptions {
  double p = 0.5;
  WhiteOptions white;
  static void fields(auto& self, auto&& field) { color_fields(self, field); }
};

const bool added_equalize = add_color<EqualizeOptions>(
    "equalize", "gives each level of pictures as many pixels",
    [](const EqualizeOptions&, const Shades& shades, Draws&) { equalize(shades); });

// As Pillow does it: the largest level counts for nothing, and levels are rounded with whole numbers.
void equalize_plane(std::span<std::uint8_t> pixels) {
  std::array<std::int64_t, 256> count{};
  for (const std::uint8_t each : pixels) ++count[each];
  const auto last = std::find_if(count.rbegin(), count.rend(), [](std::int64_t each) { return each > 0; });
  const std::int64_t step = (std::ssize(pixels) - (last == count.rend() ? 0 : *last)) / 255;
  if (step == 0) return;
  std::array<std::uint8_t, 256> table;
  std::int64_t before = step / 2;
  for (std::size_t k = 0; k < 256; ++k) {
    table[k] = static_cast<std::uint8_t>(std::min<std::int64_t>(255, before / step));
    before += count[k];
  }
  for (std::uint8_t& each : pixels) each = table[each];
}

}  // namespace

void equalize(const Shades& shades) {
  const std::size_t area = shades.area();
  for (std::size_t first = 0; area > 0 && first < shades.bytes.size(); first += area)
    equalize_plane(shades.bytes.subspan(first, area));
  if (shades.numbers.empty()) return;
  std::vector<std::uint8_t> levels;
  levels.reserve(shades.numbers.size());
  for (const float each : shades.numbers)
    levels.push_back(static_cast<std::uint8_t>(std::clamp(each, 0.0f, 1.0f) * 255.999f));
  for (std::size_t first = 0; first < levels.size(); first += area)
    equalize_plane(std::span(levels).subspan(first, area));
  for (std::size_t k = 0; k < levels.size(); ++k) shades.numbers[k] = static_cast<float>(levels[k]) / 255;
}

}  // namespace luge::data
