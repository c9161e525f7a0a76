#include "luge/io/image.h"

#include <fmt/format.h>

#include <limits>

#include "io/files/atomic_file.h"
#include "io/files/input_file.h"
#include "io/image/checks.h"
#include "io/image/exif.h"
#include "io/image/file_kind.h"
#include "io/image/kinds.h"
#include "io/image/png.h"
#include "luge/error.h"

namespace luge::io {
namespace {

// A kind of picture file that is read.
struct Kind {
  std::string_view name;
  ImageFacts (*facts)(const InputFile& file);
  Image (*read)(const InputFile& file, const ImageFacts& facts, const WantedExtents& wanted);
};
constexpr Kind kKinds[] = {
    {"PNG", png_facts, read_png}, {"JPEG", jpeg_facts, read_jpeg}, {"BMP", bmp_facts, read_bmp}};

const Kind& kind_for(const InputFile& file) {
  const std::string_view found = kind_of(file);
  for (const Kind& kind : kKinds) {
    if (kind.name == found) return kind;
  }
  if (found == "empty")
    throw FormatError(fmt::format("{}: is empty; expected a PNG, JPEG or BMP picture", file.path()));
  throw FormatError(
      fmt::format("{}: is not a PNG, JPEG or BMP picture; its first bytes say: {}", file.path(), found));
}

// Most headers, and small files whole.
constexpr std::size_t kHead = std::size_t{1} << 15;

Image read(const std::string& path, const WantedExtents& wanted, const ImageLimits& limits) {
  InputFile file(path);
  file.keep_head(kHead);
  const Kind& kind = kind_for(file);
  const ImageFacts facts = kind.facts(file);
  check_pixels(file, facts, limits);
  return turned(kind.read(file, facts, wanted), facts.orientation);
}

}  // namespace

// Throws ValueError beginning with `where` unless the numbers agree with each other and fit a PNG.
void check_image(const std::string& where, const Image& image) {
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

Image read_image(const std::string& path, const ImageLimits& limits) { return read(path, {}, limits); }

Image read_image_for(const std::string& path, std::int64_t height, std::int64_t width,
                     const ImageLimits& limits) {
  return read(path, {height, width}, limits);
}

ImageFacts image_facts(const std::string& path, const ImageLimits& limits) {
  InputFile file(path);
  file.keep_head(std::size_t{1} << 12);
  ImageFacts facts = kind_for(file).facts(file);
  check_pixels(file, facts, limits);
  if (swaps_extents(facts.orientation)) std::swap(facts.height, facts.width);
  return facts;
}

void write_png(const std::string& path, const Image& image) {
  check_image(path, image);
  write_file(path, encode_png(image));
}

Image with_channels(const Image& image, std::int64_t channels) {
  check_image("with_channels", image);
  if (channels != 1 && channels != 3 && channels != 4) {
    throw ValueError(fmt::format("with_channels: expected 1, 3 or 4 channels, got {}", channels));
  }
  if (image.channels == channels) return image;
  Image result{image.height, image.width, channels, {}};
  result.pixels.reserve(static_cast<std::size_t>(image.height * image.width * channels));
  for (std::size_t i = 0; i < image.pixels.size(); i += static_cast<std::size_t>(image.channels)) {
    const std::uint8_t* pixel = &image.pixels[i];
    if (channels != 1) {
      for (std::size_t c = 0; c < 3; ++c) result.pixels.push_back(pixel[image.channels <= 2 ? 0 : c]);
      if (channels == 4) result.pixels.push_back(image.channels % 2 == 0 ? pixel[image.channels - 1] : 255);
    } else if (image.channels <= 2) {
      result.pixels.push_back(pixel[0]);
    } else {
      const unsigned gray =
          pixel[0] * 19595u + pixel[1] * 38470u + pixel[2] * 7471u + 0x8000u;  // 16 binary digits
      result.pixels.push_back(static_cast<std::uint8_t>(gray >> 16));
    }
  }
  return result;
}

}  // namespace luge::io
