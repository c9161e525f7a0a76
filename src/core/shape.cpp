#include "luge/shape.h"

#include <fmt/format.h>

#include <algorithm>

#include "luge/error.h"

namespace luge {

Shape::Shape(std::span<const std::int64_t> extents) {
  if (extents.size() > max_rank) {
    throw ShapeError(fmt::format("a shape has at most {} axes, got {}", max_rank, extents.size()));
  }
  for (std::int64_t extent : extents) {
    if (extent < unknown) {
      throw ShapeError(fmt::format("extent {} of axis {} is negative; expected 0 or more, or luge::unknown",
                                   extent, rank_));
    }
    extents_[static_cast<std::size_t>(rank_++)] = extent;
  }
}

bool Shape::known() const {
  return std::all_of(begin(), end(), [](std::int64_t extent) { return extent >= 0; });
}

std::int64_t Shape::elements() const {
  std::int64_t product = 1;
  bool overflow = false, missing = false, empty = false;
  for (std::int64_t extent : *this) {
    missing |= extent < 0;
    empty |= extent == 0;
    if (extent > 0) overflow |= __builtin_mul_overflow(product, extent, &product);
  }
  // Strides count past an extent of 0.
  if (overflow) throw ShapeError(fmt::format("the number of elements of {} overflows 64 bits", to_string()));
  if (empty) return 0;
  if (missing) throw ShapeError(fmt::format("the number of elements of {} is not known yet", to_string()));
  return product;
}

Shape Shape::with(int axis, std::int64_t extent) const {
  Shape result = *this;
  result.extents_[static_cast<std::size_t>(axis)] = extent;
  return result;
}

Shape Shape::without(int axis) const {
  Shape result = *this;
  std::copy(begin() + axis + 1, end(), result.extents_.begin() + axis);
  result.extents_[static_cast<std::size_t>(--result.rank_)] = 0;
  return result;
}

Shape Shape::inserted(int axis, std::int64_t extent) const {
  if (rank_ == max_rank)
    throw ShapeError(fmt::format("a shape has at most {} axes; cannot add one to {}", max_rank, to_string()));
  Shape result = *this;
  std::copy_backward(begin() + axis, end(), result.extents_.begin() + rank_ + 1);
  result.extents_[static_cast<std::size_t>(axis)] = extent;
  ++result.rank_;
  return result;
}

bool Shape::operator==(const Shape& other) const {
  return rank_ == other.rank_ && std::equal(begin(), end(), other.begin());
}

std::string Shape::to_string() const {
  std::string text = "[";
  for (int axis = 0; axis < rank_; ++axis) {
    if (axis) text += ',';
    const std::int64_t extent = (*this)[axis];
    text += extent >= 0 ? std::to_string(extent) : axis == 0 ? "N" : "?";
  }
  return text + "]";
}

}  // namespace luge
