// min: the smallest element over axes; equal ones share the gradient evenly.
#include <limits>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/reduction.h"
#include "ops/wide.h"

namespace luge {
namespace {

struct Min : Reduction<Min> {
  static constexpr auto name = "min";
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
    return {in_accumulator(c.g[0], [&](const Tensor& g) {
      const Tensor winners = cast(equal(c.in[0], restore_axes(c.out[0], *this)), g.dtype());
      return winners * (restore_axes(g, *this) / sum(winners, Axes(axes), Keep::yes));
    })};
  }
};
const Registered<Min> registered_min;

}  // namespace

Tensor min(const Tensor& x, const Axes& axes, Keep keep) {
  return make<Min>(reduce_attributes(Min::name, x, axes, keep), x);
}

}  // namespace luge
