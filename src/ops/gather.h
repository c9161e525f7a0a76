// What gather, scatter_add and scatter share: positions of x with the index along one axis replaced.
#pragma once

#include <fmt/format.h>

#include "ops/indexed.h"
#include "ops/strided.h"

namespace luge {

/// Throws what gather throws for these types.
inline void check_gather(std::string_view op, const Type& x, const Type& indices, std::int64_t axis) {
  check_integer(op, indices);
  const int along = check_axis(op, axis, x.shape.rank());
  check_rank(op, "indices", indices, x.shape.rank());
  for (int k = 0; k < x.shape.rank(); ++k) {
    if (k == along || x.shape[k] < 0 || indices.shape[k] <= x.shape[k]) continue;
    throw ShapeError(fmt::format("{}: indices {} have extent {} on axis {}, {} has {}; expected no more", op,
                                 indices.to_string(), indices.shape[k], k, x.to_string(), x.shape[k]));
  }
}

/// Calls visit(position in indices, element of x) for each index, until one is out of range.
template <class Visit>
void each_index(const View& x, const View& indices, int axis, Status* status, const Visit& visit) {
  const Strides strides = dense_strides(x.type.shape);
  const Shape& shape = indices.type.shape;
  Strides position{};
  for (std::int64_t k = 0, count = shape.elements(); k < count; ++k) {
    const std::int64_t index = checked_index(indices, k, x.type.shape[axis], status);
    if (index < 0) return;
    std::int64_t offset = index * strides[static_cast<std::size_t>(axis)];
    for (int a = 0; a < shape.rank(); ++a) {
      if (a != axis) offset += position[static_cast<std::size_t>(a)] * strides[static_cast<std::size_t>(a)];
    }
    visit(k, offset);
    for (int a = shape.rank() - 1; a >= 0 && ++position[static_cast<std::size_t>(a)] == shape[a]; --a) {
      position[static_cast<std::size_t>(a)] = 0;
    }
  }
}

}  // namespace luge
