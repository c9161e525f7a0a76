// Pictures as values of records.
#pragma once

#include <cstdint>
#include <span>

#include "luge/data/image_folder.h"
#include "luge/io/image.h"

namespace luge::data {

/// The number of channels; 0 for automatic.
std::int64_t channels_of(PictureColor color);
/// The options with the color that a picture of this number of channels gets.
PictureOptions with_color(PictureOptions options, std::int64_t channels);
/// Throws ValueError beginning with `who` for extents that no picture has.
void check_options(const char* who, const PictureOptions& options);

/// The picture of a file, of the wanted height, width and channels, its pixels interleaved.
io::Image read_wanted(const std::filesystem::path& file, const PictureOptions& options);
/// Writes an interleaved picture as [channels,height,width].
void to_planes(const io::Image& image, std::span<std::uint8_t> planes);
/// A picture [channels,height,width] as one with interleaved pixels.
io::Image from_planes(std::span<const std::uint8_t> planes, const Shape& shape);

}  // namespace luge::data
