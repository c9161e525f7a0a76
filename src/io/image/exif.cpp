#include "io/image/exif.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace luge::io {
namespace {

class Tiff {
 public:
  explicit Tiff(std::span<const std::byte> bytes) : bytes_(bytes) {
    big_ = bytes.size() >= 2 && bytes[0] == std::byte{'M'};
  }
  std::optional<std::uint32_t> number(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || bytes_.size() - at < size) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t byte = at + (big_ ? i : size - 1 - i);
      value = value << 8 | std::to_integer<std::uint32_t>(bytes_[byte]);
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  bool big_ = false;
};

}  // namespace

int exif_orientation(std::span<const std::byte> bytes) {
  constexpr std::uint32_t kOrientation = 0x0112, kShort = 3, kLong = 4;
  const Tiff tiff(bytes);
  if (tiff.number(2, 2) != 42) return 1;
  const std::size_t table = tiff.number(4, 4).value_or(0);
  const std::uint32_t entries = tiff.number(table, 2).value_or(0);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = table + 2 + std::size_t{12} * i;
    const auto tag = tiff.number(entry, 2);
    if (!tag) return 1;
    if (*tag != kOrientation) continue;
    const std::uint32_t type = tiff.number(entry + 2, 2).value_or(0);
    if (type != kShort && type != kLong) return 1;
    const std::uint32_t value = tiff.number(entry + 8, type == kShort ? 2 : 4).value_or(1);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Image turned(Image stored, int orientation) {
  if (orientation <= 1 || orientation > 8) return stored;
  const bool swaps = swaps_extents(orientation);
  Image seen{swaps ? stored.width : stored.height, swaps ? stored.height : stored.width, stored.channels, {}};
  seen.pixels.resize(stored.pixels.size());
  // A step to the right in what is seen is a step of `right` in what is stored, and a step down one of
  // `down`.
  const std::int64_t row = stored.width, last_x = stored.width - 1, last_y = (stored.height - 1) * row;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const std::int64_t along = from_right ? -1 : 1, across = from_below ? -row : row;
  const std::int64_t right = swaps ? across : along, down = swaps ? along : across;
  const std::int64_t first = (from_right ? last_x : 0) + (from_below ? last_y : 0);
  std::uint8_t* to = seen.pixels.data();
  for (std::int64_t y = 0; y < seen.height; ++y) {
    for (std::int64_t x = 0; x < seen.width; ++x)
      to = std::copy_n(stored.pixels.data() + (first + y * down + x * right) * stored.channels,
                       stored.channels, to);
  }
  return seen;
}

}  // namespace luge::io
