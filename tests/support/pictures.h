// Picture files made by tests, byte by byte.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luge/io/image.h"

namespace luge::testing {

/// A picture of smooth colors that differ by `seed`.
io::Image smooth_picture(std::int64_t height, std::int64_t width, std::int64_t channels = 3, int seed = 0);

/// The bytes of a JPEG file of it, as write_jpeg makes them.
std::string jpeg_bytes(const io::Image& image, int quality = 90);
/// The same as a progressive file of several scans.
std::string progressive_jpeg_bytes(const io::Image& image);
/// A JPEG file with an EXIF segment in front.
std::string with_orientation(const std::string& jpeg, int orientation);

/// A BMP file with a header of 40 bytes. `palette` has 4 bytes a color, `masks` 4 a mask; rows are as they
/// are stored, with their padding.
struct BmpFile {
  std::int32_t width = 1, height = 1;  // negative height: the first row is the upper one
  int bits = 24;
  std::uint32_t compression = 0;
  std::string palette = {}, masks = {}, rows = {};
  std::uint32_t colors = 0;
  std::string bytes() const;
};

}  // namespace luge::testing
