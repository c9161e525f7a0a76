// What the augmentations of pictures share.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "luge/data/record.h"

namespace luge::data {

/// A field of a record as planes of rows of elements: the channels of a picture, or a mask.
class Planes {
 public:
  /// The last two axes are height and width.
  explicit Planes(HostArray& value);
  std::int64_t count() const { return count_; }
  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  std::size_t element() const { return element_; }
  DType dtype() const { return dtype_; }
  /// The bytes of `count` elements of a row, from x on.
  std::span<std::byte> row(std::int64_t plane, std::int64_t y, std::int64_t x, std::int64_t count) const;
  /// Sets elements to a number. Whole numbers are rounded and stay in the range of the dtype.
  void fill(std::span<std::byte> elements, double number) const;
  /// Replaces each element by what the function makes of it, in the order of memory.
  void change(const std::function<double(double)>& function) const;

 private:
  std::byte* bytes_;
  DType dtype_;
  std::size_t element_;
  std::int64_t count_, height_, width_;
};

/// The field "input", or else "image". Throws ValueError or ShapeError, beginning with the augmentation, when
/// it is not a picture [channels,height,width].
Planes picture_of(std::string_view augmentation, Record& record);

}  // namespace luge::data
