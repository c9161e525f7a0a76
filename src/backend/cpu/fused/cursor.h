// Where a worker is in the iteration space: the coordinates of its tile, and how large the tile is.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "backend/cpu/fused/plan.h"
#include "backend/cpu/fused/sizes.h"

namespace luge::cpu::fused {

class Cursor {
 public:
  explicit Cursor(const Geometry& geometry) : g_(geometry) {}

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  /// Elements of the tile.
  std::int64_t elements() const { return rows_ * columns_; }
  /// Elements of a kept value.
  std::size_t kept_elements() const {
    return g_.kept == KeptExtent::one ? 1 : size(g_.kept == KeptExtent::rows ? rows_ : columns_);
  }
  std::size_t elements(Level level) const {
    return level == Level::full ? size(elements()) : level == Level::kept ? kept_elements() : 1;
  }

  /// To the beginning of an item.
  void enter_item(std::int64_t index) {
    at_.fill(0);
    rows_ = g_.rows;
    columns_ = g_.columns;
    if (g_.column_in_item) index = set_columns(index);
    if (g_.row_in_item) index = set_rows(index);
    set_axes(index, 0, g_.outer);
  }
  /// To a tile of the item.
  void enter_tile(std::int64_t index) {
    if (!g_.column_in_item && g_.walk != Walk::rows) index = set_columns(index);
    if (!g_.row_in_item) index = set_rows(index);
    set_axes(index, g_.outer, g_.outer + g_.inner);
  }
  /// Back to the item's own coordinates: kept values belong to no tile.
  void leave_tiles() {
    for (std::size_t axis = g_.outer; axis < g_.outer + g_.inner; ++axis) at_[axis] = 0;
    if (!g_.row_in_item) at_[g_.row_axis()] = 0;
    if (!g_.column_in_item) at_[g_.column_axis()] = 0;
  }

  /// The first element of the tile in an argument's memory.
  std::byte* address(const Access& access, void* argument) const {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < g_.axes.size(); ++axis) offset += at_[axis] * access.strides[axis];
    return static_cast<std::byte*>(argument) + offset * static_cast<std::int64_t>(size_of(access.type.dtype));
  }
  /// The row-major index of the first element in the whole space.
  std::int64_t row_major() const {
    std::int64_t index = 0;
    for (std::size_t axis = 0; axis < g_.axes.size(); ++axis) index += at_[axis] * g_.axes[axis].row_major;
    return index;
  }

 private:
  // Each takes coordinates out of a linear index, and gives what is left.
  std::int64_t set_axes(std::int64_t index, std::size_t first, std::size_t last) {
    for (std::size_t axis = last; axis-- > first;) {
      at_[axis] = index % g_.axes[axis].extent;
      index /= g_.axes[axis].extent;
    }
    return index;
  }
  std::int64_t set_blocks(std::int64_t index, std::size_t axis, std::int64_t largest, std::int64_t& length) {
    const std::int64_t extent = g_.axes[axis].extent;
    const std::int64_t blocks = (extent + largest - 1) / largest;
    at_[axis] = index % blocks * largest;
    length = std::min(largest, extent - at_[axis]);
    return index / blocks;
  }
  std::int64_t set_rows(std::int64_t index) { return set_blocks(index, g_.row_axis(), g_.rows, rows_); }
  std::int64_t set_columns(std::int64_t index) {
    return set_blocks(index, g_.column_axis(), g_.columns, columns_);
  }

  const Geometry& g_;
  std::array<std::int64_t, kMostAxes> at_{};
  std::int64_t rows_ = 1, columns_ = 1;
};

}  // namespace luge::cpu::fused
