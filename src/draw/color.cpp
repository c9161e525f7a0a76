#include "draw/shades.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace luge::draw {
namespace {

// Without their yellow, which cannot be seen on white.
constexpr std::array kColors = {Color{0, 114, 178},   Color{213, 94, 0},  Color{0, 158, 115},
                                Color{204, 121, 167}, Color{230, 159, 0}, Color{86, 180, 233},
                                Color{60, 60, 60}};

// ColorBrewer's Blues.
constexpr std::array kShades = {Color{255, 255, 255}, Color{222, 235, 247}, Color{198, 219, 239},
                                Color{158, 202, 225}, Color{107, 174, 214}, Color{66, 146, 198},
                                Color{33, 113, 181},  Color{8, 81, 156},    Color{8, 48, 107}};

}  // namespace

Color color_of(std::int64_t index) {
  if (index < 0) return {110, 110, 110};
  return kColors[static_cast<std::size_t>(index) % kColors.size()];
}

std::int64_t color_count() { return static_cast<std::int64_t>(kColors.size()); }

Color shade(double share) {
  const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(kShades.size() - 1);
  const std::size_t low = std::min(static_cast<std::size_t>(at), kShades.size() - 2);
  const double part = at - static_cast<double>(low);
  const auto mix = [&](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(a + (b - a) * part));
  };
  const Color &a = kShades[low], &b = kShades[low + 1];
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

Color text_on(Color background) {
  const double brightness = 0.299 * background.red + 0.587 * background.green + 0.114 * background.blue;
  return brightness > 140 ? Color{20, 20, 20} : Color{255, 255, 255};
}

}  // namespace luge::draw
