// Pictures as files: what kind a file is, and PNG both ways.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace luge::io {

/// Pixels row by row, channels innermost: pixels[(y * width + x) * channels + c], 0 dark to 255 bright.
/// Channels: 1 grey, 2 grey and alpha, 3 red green blue, 4 red green blue and alpha.
struct Image {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 1;
  std::vector<std::uint8_t> pixels;
};

struct ImageLimits {
  std::int64_t max_pixels =
      89'478'485;  ///< height × width; a quarter of a GiB as RGB, the number Pillow warns at
};

/// Reads a picture; its kind is told by its first bytes, not by its name. Throws FileError (cannot be read),
/// FormatError (no picture Luge reads, damaged, cut short) and ValueError (more pixels than `limits` allow,
/// found out before memory is taken); the text holds path and detected kind.
Image read_image(const std::string& path, const ImageLimits& limits = {});

/// Writes a PNG of 8 bits a channel, whole or not at all; the same picture gives the same bytes.
/// Throws ValueError (channels not 1 to 4, an extent of 0, pixels of another number) and FileError.
void write_png(const std::string& path, const Image& image);

/// The picture with 1 or 3 channels: alpha is dropped, grey is repeated, colours become grey by ITU-R 601
/// (0.299 red + 0.587 green + 0.114 blue, rounded), as Pillow's convert("L") does.
Image with_channels(const Image& image, std::int64_t channels);

/// What the first bytes say: "PNG", "JPEG", "GIF", "gzip", "text", "empty" …, "unknown" at last.
std::string_view detect_file_kind(const std::string& path);

}  // namespace luge::io
