// max: the largest element over axes; equal ones share the gradient evenly.
#include <limits>

#include "luge/ops/reduce.h"
#include "ops/reduction.h"

namespace luge {
namespace {

struct Max : Reduction<Max> {
  static constexpr auto name = "max";
  static constexpr Traits traits{.reduction = TileReduction::max};
  static constexpr bool needs_elements = true;
  template <class W>
  static W initial() {
    using Limits = std::numeric_limits<W>;
    return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  }
  template <class W>
  static W combine(W a, W b) {
    return b > a || b != b ? b : a;
  }  // NaN stays
  Tensors gradient(const GradientCall& c) const {
    return {gradient_of_extremes(c.g[0], c.in[0], make<Max>(ReduceAttributes(*this), c.in[0]), *this)};
  }
};
const Registered<Max> registered_max;

}  // namespace

Tensor max(const Tensor& x, const Axes& axes, Keep keep) {
  return make<Max>(reduce_attributes(Max::name, x, axes, keep), x);
}

}  // namespace luge
