// Pictures in files: reading PNG, JPEG and BMP, writing PNG and JPEG, and the kind of a file.
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

/// Reads a PNG, JPEG or BMP picture. The first bytes of the file decide its kind, not its name. 16 bits
/// become 8, palettes and CMYK become colors, a picture that is stored turned (EXIF orientation) is turned
/// back before anything else sees it, and of several frames the first is read; image_facts
/// (luge/io/image_facts.h) says what of this happens to a file. Throws FileError when it cannot be read,
/// FormatError when it is not a picture, is damaged or of a rare kind that is not read (the text has the path
/// and what was found), and ValueError when it has more pixels than the limit, before memory is allocated.
Image read_image(const std::string& path, const ImageLimits& limits = {});

/// Writes a PNG file with 8 bits for each channel. The file is written completely or not at all, and the same
/// picture gives the same bytes. Throws ValueError when the number of channels is not 1 to 4, an extent is 0,
/// or the number of pixels does not match, and FileError when the file cannot be written.
void write_png(const std::string& path, const Image& image);

/// Writes a JPEG file (baseline, 8 bits) with a quality from 1 to 100; above 95 little is gained. Pixels
/// change a little. Otherwise as write_png. Throws ValueError also for 2 or 4 channels, a quality out of
/// range, and an extent above 65500.
void write_jpeg(const std::string& path, const Image& image, int quality = 90);

/// Returns the picture with 1, 3 or 4 channels. Alpha is dropped, or is 255 where there was none; gray is
/// repeated, and colors become gray by ITU-R 601 (0.299 red + 0.587 green + 0.114 blue, rounded) as in
/// Pillow's convert("L"). Throws ValueError for another number of channels.
Image with_channels(const Image& image, std::int64_t channels);

/// Returns the kind of a file by its first bytes: "PNG", "JPEG", "GIF", "gzip", "text", "empty" … or
/// "unknown". Throws FileError when it cannot be read.
std::string_view detect_file_kind(const std::string& path);

}  // namespace luge::io
