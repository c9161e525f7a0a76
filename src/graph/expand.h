// The decomposition of an op, in the precision that its arithmetic asks for.
#pragma once

#include "graph/op.h"

namespace luge {

/// What sums, squares, counts and random draws of a dtype are made in: float32 for the 16-bit floats, whose
/// 8 or 11 bits end long before a batch does.
constexpr DType accumulator(DType dtype) {
  return is_floating(dtype) && size_of(dtype) == 2 ? DType::f32 : dtype;
}

/// op.decompose(in). An op that reduces, squares or draws computes in the accumulator's dtype and rounds what
/// it gives once; one that passes its input on (Narrowing::follows, products) stays in its dtype.
Tensors expand(const AnyOp& op, const Tensors& in);

}  // namespace luge
