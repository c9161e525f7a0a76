// A prediction and a target of a loss function: checked, and widened to float32 where they have 16 bits.
#pragma once

#include <string_view>

#include "graph/expand.h"
#include "luge/ops/math.h"
#include "ops/checks.h"

namespace luge {

struct Pair {
  Tensor prediction, target;
  DType dtype;  // of the result

  /// Throws DTypeError and ShapeError, which begin with `op`, unless both have one floating dtype and
  /// broadcast.
  Pair(std::string_view op, const Tensor& p, const Tensor& t) : dtype(p.dtype()) {
    const Type a{p.dtype(), p.shape()}, b{t.dtype(), t.shape()};
    check_float(op, a);
    check_same_dtype(op, a, b);
    broadcast_shapes(op, a, b);
    prediction = cast(p, accumulator(dtype));
    target = cast(t, accumulator(dtype));
  }
  Tensor rounded(const Tensor& cost) const { return cast(cost, dtype); }
};

}  // namespace luge
