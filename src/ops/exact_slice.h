#pragma once

#include "luge/tensor.h"

namespace luge {

/// `length` positions from `start` on; unlike slice, throws ShapeError when the axis ends before.
Tensor exact_slice(const Tensor& x, int axis, std::int64_t start, std::int64_t length);

}  // namespace luge
