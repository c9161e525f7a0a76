// Resizing of pictures in host memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "luge/io/image.h"

namespace luge::io {

/// How the pixels of a resized picture are made from those of the picture. All but nearest widen with the
/// scale where a picture is made smaller, so that each pixel is a mean of what it covers (antialiasing). The
/// results for bytes are those of Pillow's Image.resize, bit by bit, where that goes through the rows first.
enum class ResizeFilter : std::uint8_t {
  nearest,   ///< the pixel at the same position; for masks and labels
  bilinear,  ///< a triangle of radius 1
  bicubic,   ///< a cubic of radius 2 with a = -0.5 (Keys 1981)
  lanczos,   ///< a windowed sinc of radius 3
  area       ///< the mean of what is covered; Pillow's BOX
};

/// A part of a picture in pixels from its upper left corner; borders may lie within pixels.
struct PictureBox {
  double left = 0;    ///< the left border
  double top = 0;     ///< the upper border
  double right = 0;   ///< the right border, not part of the box
  double bottom = 0;  ///< the lower border, not part of the box
};

/// Options of resize.
struct ResizeOptions {
  ResizeFilter filter = ResizeFilter::bilinear;  ///< how pixels are made
  /// The part of the picture that is resized; without it, all of it. A crop and a resize are so one step.
  std::optional<PictureBox> box = {};
};

/// Returns a picture of this height and width. Throws ValueError for an extent below 1, a picture whose
/// numbers do not agree, and a box that is empty or not within the picture.
///
///     io::Image small = io::resize(picture, 224, 224, {.filter = io::ResizeFilter::bicubic});
Image resize(const Image& image, std::int64_t height, std::int64_t width, const ResizeOptions& options = {});

/// The extents of a picture whose channels lie one after the other, as in a record: [channels,height,width].
struct PlaneExtents {
  std::int64_t channels = 0;  ///< the number of planes
  std::int64_t height = 0;    ///< the number of rows
  std::int64_t width = 0;     ///< the number of columns
};

/// Resizes a picture [channels,height,width] of bytes to another height and width. `from` and `to` have
/// exactly the elements that their extents say. Throws ValueError otherwise, when the numbers of channels
/// differ, and as resize does.
void resize_planes(std::span<const std::uint8_t> from, const PlaneExtents& from_extents,
                   std::span<std::uint8_t> to, const PlaneExtents& to_extents,
                   const ResizeOptions& options = {});
/// Does the same with real numbers, which are not rounded and may be any.
void resize_planes(std::span<const float> from, const PlaneExtents& from_extents, std::span<float> to,
                   const PlaneExtents& to_extents, const ResizeOptions& options = {});

}  // namespace luge::io
