#include "data/sources/image_folder/picture.h"

#include <fmt/format.h>

#include <utility>

#include "io/image/resize_lines.h"
#include "io/image/scratch.h"
#include "luge/error.h"
#include "luge/io/image_facts.h"

namespace luge::data {
std::int64_t channels_of(PictureColor color) {
  switch (color) {
    case PictureColor::gray: return 1;
    case PictureColor::rgb: return 3;
    case PictureColor::rgba: return 4;
    case PictureColor::automatic: break;
  }
  return 0;
}

PictureOptions with_color(PictureOptions options, std::int64_t channels) {
  if (options.color == PictureColor::automatic)
    options.color = channels > 2 ? PictureColor::rgb : PictureColor::gray;
  return options;
}

void check_options(const char* who, const PictureOptions& options) {
  const bool both = (options.height > 0) == (options.width > 0);
  if (options.height >= 0 && options.width >= 0 && both) return;
  throw ValueError(
      fmt::format("{}: the size {} x {} (height x width) is not right; expected both extents from 1, or 0 "
                  "for those of the "
                  "files",
                  who, options.height, options.width));
}

io::Image read_wanted(const std::filesystem::path& file, const PictureOptions& options) {
  io::Image image = options.height > 0 ? io::read_image_for(file.string(), options.height, options.width)
                                       : io::read_image(file.string());
  const PictureOptions wanted = with_color(options, image.channels);
  const std::int64_t channels = channels_of(wanted.color);
  const auto convert = [&] {
    if (image.channels != channels) image = io::with_channels(image, channels);
  };
  const bool fewer = channels < image.channels;
  if (fewer) convert();  // what is resized is smaller then
  if (options.height > 0 && (image.height != options.height || image.width != options.width))
    io::give_back(
        std::exchange(image, io::resize(image, options.height, options.width, {.filter = options.filter}))
            .pixels);
  convert();
  return image;
}

void to_planes(const io::Image& image, std::span<std::uint8_t> planes) {
  io::split_channels(image.pixels.data(), image.height * image.width, image.channels, planes.data());
}

io::Image from_planes(std::span<const std::uint8_t> planes, const Shape& shape) {
  io::Image image{shape[1], shape[2], shape[0], std::vector<std::uint8_t>(planes.size())};
  const auto channels = static_cast<std::size_t>(shape[0]), area = planes.size() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < area; ++i) image.pixels[i * channels + c] = planes[c * area + i];
  }
  return image;
}

HostArray read_picture(const std::filesystem::path& file, const PictureOptions& options) {
  check_options("read_picture", options);
  io::Image image = read_wanted(file, options);
  HostArray value(Field{u8, {image.channels, image.height, image.width}});
  to_planes(image, value.as<std::uint8_t>());
  io::give_back(std::move(image.pixels));
  return value;
}

}  // namespace luge::data
