// Pictures in files: reading and writing PNG, and the kind of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace luge::io {

/// A picture with 8 bits for each channel.
struct Image {
  std::int64_t height = 0;    ///< the number of rows
  std::int64_t width = 0;     ///< the number of columns
  std::int64_t channels = 1;  ///< 1: gray; 2: gray, alpha; 3: red, green, blue; 4: red, green, blue, alpha
  /// pixels[(y * width + x) * channels + c], from 0 (dark) to 255 (bright).
  std::vector<std::uint8_t> pixels;
};

/// Limits of read_image.
struct ImageLimits {
  /// The largest height × width. The default is a quarter of a GiB as RGB, at which Pillow warns.
  std::int64_t max_pixels = 89'478'485;
};

/// Reads a PNG picture. The first bytes of the file decide its kind, not its name. Throws FileError when it
/// cannot be read, FormatError when it is not a PNG picture or is damaged (the text has the path and the kind
/// that was found), and ValueError when it has more pixels than the limit, before memory is allocated.
Image read_image(const std::string& path, const ImageLimits& limits = {});

/// Writes a PNG file with 8 bits for each channel. The file is written completely or not at all, and the same
/// picture gives the same bytes. Throws ValueError when the number of channels is not 1 to 4, an extent is 0,
/// or the number of pixels does not match, and FileError when the file cannot be written.
void write_png(const std::string& path, const Image& image);

/// Returns the picture with 1 or 3 channels. Alpha is dropped, gray is repeated, and colors become gray by
/// ITU-R 601 (0.299 red + 0.587 green + 0.114 blue, rounded) as in Pillow's convert("L"). Throws ValueError
/// for another number of channels.
Image with_channels(const Image& image, std::int64_t channels);

/// Returns the kind of a file by its first bytes: "PNG", "JPEG", "GIF", "gzip", "text", "empty" … or
/// "unknown". Throws FileError when it cannot be read.
std::string_view detect_file_kind(const std::string& path);

}  // namespace luge::io
