// What activations share that are one curve: an op with the value and, as a residual, the slope there. Both
// are computed together; the slope takes the memory that x would have to be kept in.
#pragma once

#include "graph/op_registry.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "ops/checks.h"

namespace luge {

/// Self::decompose returns {value, slope}. The slope is written by hand, so that it is finite where what the
/// value is composed of has infinite slopes.
template <class Self, class A = NoAttributes>
struct Curve : Op<Self, A> {
  static constexpr Traits traits{.cost = 12, .residuals_from = 1, .narrowing = Narrowing::rounds};

  Types infer(const Types& in) const {
    check_inputs(Self::name, in, 1);
    check_float(Self::name, in[0]);
    return {in[0], in[0]};
  }
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * c.out[1]}; }
};

/// x·share, and 0 where the share is 0 even if x is infinite.
inline Tensor absorbed(const Tensor& x, const Tensor& share) { return where(equal(share, 0), 0, x * share); }

}  // namespace luge
