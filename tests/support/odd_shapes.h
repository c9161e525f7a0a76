// Convolutions and products of odd shapes: axes of one point, windows longer than the image, channels that
// fill no vector.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ops/attributes/conv.h"
#include "ops/attributes/matmul.h"

namespace luge::testing {

struct OddConv {
  Shape x, w, y;
  ConvAttributes attributes;
  std::string text() const;
};
/// The same list each time: shapes that went wrong somewhere once, then drawn ones.
std::vector<OddConv> odd_convs(std::size_t drawn);

struct OddMatmul {
  Shape a, b, c;
  MatmulAttributes attributes;
  std::string text() const;
};
std::vector<OddMatmul> odd_matmuls(std::size_t drawn);

/// Shapes that broadcast to `result`, that of each subset of its axes.
std::vector<Shape> operands_of(const Shape& result);

}  // namespace luge::testing
