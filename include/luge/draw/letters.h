// Letters as pixels, for made-up pictures of text.
#pragma once

#include <string>
#include <vector>

#include "luge/io/image.h"

namespace luge::draw {

/// Returns the names of the font families of this machine, in alphabetical order, such as "DejaVu Sans".
/// Throws StateError when this build or this machine does not have Cairo and Pango.
std::vector<std::string> fonts();

/// Returns letters as gray pictures, from 0 where there is no ink to 255 where it covers the pixel. All of
/// them have the height of a line, 1.4 · size pixels, and the same baseline; each is as wide as its ink. A
/// font is a family, which may be followed by a style: "DejaVu Serif Bold Italic". `size` is that of the font
/// in pixels. Throws ValueError for a size that is not from 4 to 512, for a font whose family this machine
/// does not have, and for a letter without ink or that no font has, naming it; and StateError as fonts does.
///
///     const std::vector<io::Image> digits = draw::letters("DejaVu Sans", {"0", "1"}, 48);
std::vector<io::Image> letters(const std::string& font, const std::vector<std::string>& texts, double size);

}  // namespace luge::draw
