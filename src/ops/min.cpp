// min: the smallest element over axes; equal ones share the gradient evenly.
#include <limits>

#include "luge/ops/reduce.h"
#include "ops/reduction.h"

namespace luge {
namespace {

struct Min : Reduction<Min> {
  static constexpr auto name = "min";
  static constexpr Traits traits{.reduction = TileReduction::min};
  static constexpr bool needs_elements = true;
  template <class W>
  static W initial() {
    using Limits = std::numeric_limits<W>;
    return Limits::has_infinity ? Limits::infinity() : Limits::max();
  }
  template <class W>
  static W combine(W a, W b) {
    return b < a || b != b ? b : a;
  }  // NaN stays
  Tensors gradient(const GradientCall& c) const {
    return {gradient_of_extremes(c.g[0], c.in[0], make<Min>(ReduceAttributes(*this), c.in[0]), *this)};
  }
};
const Registered<Min> registered_min;

}  // namespace

Tensor min(const Tensor& x, const Axes& axes, Keep keep) {
  return make<Min>(reduce_attributes(Min::name, x, axes, keep), x);
}

}  // namespace luge
