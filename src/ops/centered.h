// What the normalizations of samples share.
#pragma once

#include <string_view>

#include "luge/ops/axes.h"
#include "luge/tensor.h"

namespace luge {

/// (x - mean)/√(variance + epsilon) over axes, for x of an accumulator's dtype. The mean is taken away before
/// squares are, so that numbers far from 0 lose nothing, and squares of huge numbers do not overflow.
Tensor standardized(const Tensor& x, const Axes& axes, double epsilon);
/// y·scale + shift with scale and shift [C], either of which may be empty, for y [N,C,…] computed from an x
/// of this dtype, to which the result is rounded. Throws ShapeError and DTypeError naming `op`.
Tensor scaled_channels(std::string_view op, const Tensor& y, DType dtype, const Tensor& scale,
                       const Tensor& shift);

}  // namespace luge
