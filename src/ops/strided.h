// Copies of boxes of elements, for the reference loops of ops that only move them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "luge/shape.h"

namespace luge {

using Strides = std::array<std::int64_t, Shape::max_rank>;

/// Element strides of dense row-major memory.
Strides dense_strides(const Shape& shape);

/// An address and the elements to advance along each axis of the box.
struct Strided {
  void* data;
  std::int64_t offset = 0;  // elements
  Strides strides{};
};

/// to[i…] = from[i…] for every index of `box`; `bytes` is the size of an element.
void copy_box(const Shape& box, std::size_t bytes, const Strided& from, const Strided& to);

}  // namespace luge
