// What is known of a picture file from its header, and what reading makes of it.
#pragma once

#include <cstdint>
#include <string>

#include "luge/io/image.h"

namespace luge::io {

/// How a picture is stored, and what read_image returns of it.
struct ImageFacts {
  std::string kind;           ///< "PNG", "JPEG" or "BMP"
  std::int64_t height = 0;    ///< the number of rows of what read_image returns: after turning
  std::int64_t width = 0;     ///< the number of columns of what read_image returns
  std::int64_t channels = 0;  ///< the channels of what read_image returns, 1 to 4
  int bits = 8;               ///< bits of a channel, or of a palette index, in the file
  bool palette = false;       ///< true: pixels are indices, which become colors
  bool cmyk = false;          ///< true: cyan, magenta, yellow and black, which become red, green and blue
  /// Interlaced PNG or progressive JPEG. It changes nothing of the pixels.
  bool interlaced = false;
  int orientation = 1;      ///< the EXIF orientation, 1 to 8; 1: the picture is stored as it is seen
  std::int64_t frames = 1;  ///< the frames of an animated PNG, of which the first is read

  /// Returns what reading changes, such as "16 bits become 8, turned by EXIF orientation 6"; empty where
  /// nothing is.
  std::string changes() const;
};

/// Reads the header of a picture. It throws as read_image does, as far as the header shows it.
ImageFacts image_facts(const std::string& path, const ImageLimits& limits = {});

/// Reads a picture that will be resized to this height and width or less. It returns the picture as
/// read_image does, or, of a JPEG that is large for that, the picture at a half, a quarter or an eighth of
/// its size, as long as that has at least twice the wanted height and width: decoding is then several times
/// as fast, and what is resized from it differs little. Throws as read_image does.
Image read_image_for(const std::string& path, std::int64_t height, std::int64_t width,
                     const ImageLimits& limits = {});

}  // namespace luge::io
