#include "experiment/picture_keys.h"

#include <fmt/format.h>

#include "core/number.h"
#include "luge/error.h"
#include "luge/io/image.h"

namespace luge::options {

using experiment::PictureSize;

Value Type<PictureSize>::get(const PictureSize& member) {
  if (member.height == 0) return std::string("auto");
  return fmt::format("{}x{}", member.height, member.width);
}

void Type<PictureSize>::set(PictureSize& member, const Value& value) {
  constexpr double kMost = 1 << 20;
  std::vector<double> extents;
  if (const auto* wholes = std::get_if<std::vector<std::int64_t>>(&value)) {
    extents.assign(wholes->begin(), wholes->end());
  } else {
    const auto& text = std::get<std::string>(value);
    if (text == "auto") {
      member = {};
      return;
    }
    // Also as Python writes it: (64, 64).
    std::string plain;
    for (const char c : text) {
      if (c != '(' && c != ')' && c != '[' && c != ']' && c != ' ') plain += c == ',' ? 'x' : c;
    }
    const std::size_t cross = plain.find('x');
    extents.push_back(parse_number(plain.substr(0, cross)).value_or(-1));
    if (cross != plain.npos) extents.push_back(parse_number(plain.substr(cross + 1)).value_or(-1));
  }
  if (extents.size() == 1) extents.push_back(extents.front());
  const auto right = [](double x) {
    return x >= 1 && x <= kMost && x == static_cast<double>(static_cast<std::int64_t>(x));
  };
  const auto most = static_cast<double>(io::ImageLimits().max_pixels);
  if (extents.size() != 2 || !right(extents[0]) || !right(extents[1]) || extents[0] * extents[1] > most)
    throw ValueError("expected a size");
  member = {static_cast<std::int64_t>(extents[0]), static_cast<std::int64_t>(extents[1])};
}

}  // namespace luge::options
