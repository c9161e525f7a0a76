// The kinds of picture files that are read: what the header of one says, and its pixels as they are stored.
#pragma once

#include "io/files/input_file.h"
#include "luge/io/image_facts.h"

namespace luge::io {

/// Height and width in pixels; those that a picture will be resized to, or 0 for those it has.
struct WantedExtents {
  std::int64_t height = 0, width = 0;
};

/// Throws ValueError when there are more pixels than the limit.
void check_pixels(const InputFile& file, const ImageFacts& facts, const ImageLimits& limits);

/// The facts with height and width as they are stored: before turning. The file begins with the signature.
ImageFacts png_facts(const InputFile& file);
ImageFacts jpeg_facts(const InputFile& file);
ImageFacts bmp_facts(const InputFile& file);

/// The pixels, not turned. The facts are those of the file, and its pixels are within the limit.
Image read_png(const InputFile& file, const ImageFacts& facts, const WantedExtents& wanted);
Image read_jpeg(const InputFile& file, const ImageFacts& facts, const WantedExtents& wanted);
Image read_bmp(const InputFile& file, const ImageFacts& facts, const WantedExtents& wanted);

/// An image whose pixels have any values. Throws MemoryError naming the file when there is no memory for it.
Image empty_image(const InputFile& file, std::int64_t height, std::int64_t width, std::int64_t channels);

}  // namespace luge::io
