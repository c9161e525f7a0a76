#include "data/pictures/planes.h"

#include <filesystem>

namespace luge::data {

void write_planes(const io::Image& image, std::span<std::byte> to) {
  const auto channels = static_cast<std::size_t>(image.channels);
  const std::size_t pixels = static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width);
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < pixels; ++i) to[c * pixels + i] = std::byte(image.pixels[i * channels + c]);
  }
}

void add_file(Fingerprint& hash, const std::string& path) {
  std::error_code error;
  const std::filesystem::path file = path;
  hash.add(file.filename().string());
  hash.add(static_cast<std::uint64_t>(std::filesystem::file_size(file, error)));
  hash.add(
      static_cast<std::uint64_t>(std::filesystem::last_write_time(file, error).time_since_epoch().count()));
}

}  // namespace luge::data
