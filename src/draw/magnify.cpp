#include "draw/magnify.h"

namespace luge::draw {

io::Image magnified(const io::Image& image, std::int64_t factor) {
  io::Image out{image.height * factor, image.width * factor, image.channels, {}};
  out.pixels.reserve(static_cast<std::size_t>(out.height * out.width * out.channels));
  for (std::int64_t y = 0; y < out.height; ++y) {
    for (std::int64_t x = 0; x < out.width; ++x) {
      const std::int64_t from = (y / factor * image.width + x / factor) * image.channels;
      for (std::int64_t c = 0; c < image.channels; ++c)
        out.pixels.push_back(image.pixels[static_cast<std::size_t>(from + c)]);
    }
  }
  return out;
}

}  // namespace luge::draw
