// Arithmetic that a dtype's own range or digits would spoil: 16-bit floats compute in float32, and squares of
// very large or very small numbers are taken of them divided by the largest.
#pragma once

#include <concepts>
#include <type_traits>

#include "graph/expand.h"
#include "luge/ops/axes.h"
#include "luge/ops/math.h"

namespace luge {

/// The C++ type of an accumulator of floating elements T.
template <class T>
using Accumulator = std::conditional_t<std::same_as<T, double>, double, float>;

inline Tensor to_accumulator(const Tensor& x) { return cast(x, accumulator(x.dtype())); }

/// f(x) computed in the accumulator's dtype and rounded once to x's.
template <class F>
Tensor in_accumulator(const Tensor& x, const F& f) {
  return cast(f(to_accumulator(x)), x.dtype());
}

/// What to divide x by before it is squared and summed over axes: 1 where nothing can overflow or vanish,
/// else the largest |x|. Of x's dtype, which is not a 16-bit float, with the axes kept; no gradient flows
/// through it.
Tensor square_scale(const Tensor& x, const Axes& axes);
/// The same where small numbers may vanish, because an epsilon is added to their squares.
Tensor overflow_scale(const Tensor& x, const Axes& axes);

}  // namespace luge
