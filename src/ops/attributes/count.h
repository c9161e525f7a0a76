#pragma once
#include <vector>

#include "graph/fields.h"

namespace luge {

// count: the number of elements of x along axes, which are distinct and in [0, rank).
struct CountAttributes {
  std::vector<std::int64_t> axes;
  DType dtype = DType::i64;
  static void fields(auto& self, auto&& field) {
    field("axes", self.axes);
    field("dtype", self.dtype);
  }
  /// What count gives for an x of this shape.
  std::int64_t elements(const Shape& x) const {
    std::int64_t product = 1;
    for (std::int64_t axis : axes) product *= x[static_cast<int>(axis)];
    return product;
  }
};

}  // namespace luge
