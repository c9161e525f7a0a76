// The decomposition of an op, in the precision that its arithmetic needs.
#pragma once

#include "graph/op.h"

namespace luge {

/// The dtype in which sums, squares, counts and random draws are computed: float32 for the 16-bit floats,
/// whose 8 or 11 bits are too few to count a batch.
constexpr DType accumulator(DType dtype) {
  return is_floating(dtype) && size_of(dtype) == 2 ? DType::f32 : dtype;
}

/// op.decompose(in). An op that reduces, squares or draws computes in the accumulator's dtype and rounds its
/// result once; one that passes its input on (Narrowing::follows, products) stays in its dtype.
Tensors expand(const AnyOp& op, const Tensors& in);

}  // namespace luge
