#include "luge/io/image.h"

#include <fmt/format.h>

#include <limits>

#include "io/files/atomic_file.h"
#include "io/files/input_file.h"
#include "io/image/file_kind.h"
#include "io/image/png.h"
#include "luge/error.h"

namespace luge::io {
namespace {

// Throws ValueError beginning with `where` unless the numbers agree with each other and fit a PNG.
void check(const std::string& where, const Image& image) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int32_t>::max();
  const bool fits = image.height > 0 && image.height <= kLargest && image.width > 0 &&
                    image.width <= kLargest && image.channels >= 1 && image.channels <= 4;
  std::int64_t expected = 0;
  if (fits && !__builtin_mul_overflow(image.height * image.width, image.channels, &expected) &&
      static_cast<std::size_t>(expected) == image.pixels.size()) {
    return;
  }
  throw ValueError(fmt::format(
      "{}: a picture has height x width x channels bytes, 1 to 4 channels and no extent of 0; got "
      "{} x {} x {} and {} bytes",
      where, image.height, image.width, image.channels, image.pixels.size()));
}

}  // namespace

Image read_image(const std::string& path, const ImageLimits& limits) {
  const InputFile file(path);
  const std::string_view kind = kind_of(file);
  if (kind == "PNG") return read_png(file, limits);
  if (kind == "empty") throw FormatError(fmt::format("{}: is empty; expected a PNG picture", path));
  throw FormatError(fmt::format("{}: is not a PNG picture; its first bytes say: {}", path, kind));
}

void write_png(const std::string& path, const Image& image) {
  check(path, image);
  write_file(path, encode_png(image));
}

Image with_channels(const Image& image, std::int64_t channels) {
  check("with_channels", image);
  if (channels != 1 && channels != 3) {
    throw ValueError(fmt::format("with_channels: expected 1 or 3 channels, got {}", channels));
  }
  if (image.channels == channels) return image;
  Image result{image.height, image.width, channels, {}};
  result.pixels.reserve(static_cast<std::size_t>(image.height * image.width * channels));
  for (std::size_t i = 0; i < image.pixels.size(); i += static_cast<std::size_t>(image.channels)) {
    const std::uint8_t* pixel = &image.pixels[i];
    if (image.channels <= 2) {
      result.pixels.insert(result.pixels.end(), static_cast<std::size_t>(channels), pixel[0]);
    } else if (channels == 3) {
      result.pixels.insert(result.pixels.end(), pixel, pixel + 3);
    } else {
      const unsigned gray =
          pixel[0] * 19595u + pixel[1] * 38470u + pixel[2] * 7471u + 0x8000u;  // 16 binary digits
      result.pixels.push_back(static_cast<std::uint8_t>(gray >> 16));
    }
  }
  return result;
}

}  // namespace luge::io
