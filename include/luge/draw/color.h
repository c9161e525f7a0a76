// Color, and the colors of lines and classes.
#pragma once

#include <cstdint>

namespace luge::draw {

/// A color on the screen (sRGB).
struct Color {
  std::uint8_t red = 0;    ///< from 0 to 255
  std::uint8_t green = 0;  ///< from 0 to 255
  std::uint8_t blue = 0;   ///< from 0 to 255
  /// Returns true when all three parts are equal.
  bool operator==(const Color&) const = default;
};

/// Returns the color of a line or a class. There are 7, which color-blind people can tell apart, too; then
/// they are repeated. A negative index is gray. Source: Okabe and Ito 2008.
Color color_of(std::int64_t index);

}  // namespace luge::draw
