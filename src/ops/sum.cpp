// sum: Σ x over axes.
#include "luge/ops/reduce.h"
#include "ops/reduction.h"

namespace luge {
namespace {

struct Sum : Reduction<Sum> {
  static constexpr auto name = "sum";
  static constexpr Traits traits{.reduction = TileReduction::sum};
  static constexpr bool needs_elements = false;
  template <class W>
  static W initial() {
    return 0;
  }
  template <class W>
  static W combine(W a, W b) {
    return plus(a, b);
  }
  Tensors gradient(const GradientCall& c) const {
    return {broadcast_like(restore_axes(c.g[0], *this), c.in[0])};
  }
};
const Registered<Sum> registered_sum;

}  // namespace

Tensor sum(const Tensor& x, const Axes& axes, Keep keep) {
  return make<Sum>(reduce_attributes(Sum::name, x, axes, keep), x);
}

}  // namespace luge
