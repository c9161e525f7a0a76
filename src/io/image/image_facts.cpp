#include "luge/io/image_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <new>
#include <vector>

#include "io/image/kinds.h"
#include "io/image/scratch.h"
#include "luge/error.h"

namespace luge::io {

std::string ImageFacts::changes() const {
  std::vector<std::string> all;
  if (palette) all.emplace_back(channels <= 2 ? "palette becomes gray" : "palette becomes colors");
  if (!palette && bits != 8)
    all.push_back(fmt::format("{} bit{} become{} 8", bits, bits == 1 ? "" : "s", bits == 1 ? "s" : ""));
  if (cmyk) all.emplace_back("CMYK becomes RGB");
  if (orientation != 1) all.push_back(fmt::format("turned by EXIF orientation {}", orientation));
  if (frames > 1) all.push_back(fmt::format("first of {} frames", frames));
  return fmt::format("{}", fmt::join(all, ", "));
}

void check_pixels(const InputFile& file, const ImageFacts& facts, const ImageLimits& limits) {
  const auto pixels =
      static_cast<std::uint64_t>(facts.height) * static_cast<std::uint64_t>(facts.width);  // 32 bits each
  if (pixels <= static_cast<std::uint64_t>(std::max<std::int64_t>(limits.max_pixels, 0))) return;
  throw ValueError(fmt::format("{}: the {} has {} x {} = {} pixels, at most {} are allowed", file.path(),
                               facts.kind, facts.width, facts.height, pixels, limits.max_pixels));
}

Image empty_image(const InputFile& file, std::int64_t height, std::int64_t width, std::int64_t channels) {
  Image image{height, width, channels, {}};
  const auto bytes = static_cast<std::size_t>(height * width * channels);
  try {
    image.pixels = take_bytes(bytes);
  } catch (const std::bad_alloc&) {
    throw MemoryError(fmt::format("{}: no memory for the {} bytes of the picture", file.path(), bytes));
  }
  return image;
}

}  // namespace luge::io
