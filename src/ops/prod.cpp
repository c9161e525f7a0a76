// prod: product over one axis; several axes are taken one after the other.
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/reduction.h"
#include "ops/wide.h"

namespace luge {
namespace {

struct Prod : Reduction<Prod> {
  static constexpr auto name = "prod";
  static constexpr Traits traits{.reduction = TileReduction::prod};
  static constexpr bool needs_elements = false;
  template <class W>
  static W initial() {
    return 1;
  }
  template <class W>
  static W combine(W a, W b) {
    return times(a, b);
  }
  // The product of the other elements, from the products before and after each: exact with zeros, where y/x
  // is not.
  Tensors gradient(const GradientCall& c) const {
    Tensor others = ones_like(c.in[0]);
    if (!axes.empty()) {
      const int axis = static_cast<int>(axes[0]);
      others = cumprod(c.in[0], axis, {.exclusive = true}) *
               cumprod(c.in[0], axis, {.exclusive = true, .reverse = true});
    }
    return {restore_axes(c.g[0], *this) * others};
  }
  Types infer(const Types& in) const {
    if (axes.size() > 1) throw ShapeError("prod: a node takes one axis; write one after the other");
    return Reduction<Prod>::infer(in);
  }
};
const Registered<Prod> registered_prod;

}  // namespace

Tensor prod(const Tensor& x, const Axes& axes, Keep keep) {
  const std::vector<std::int64_t> list = axes.resolve(Prod::name, x.rank());
  if (list.empty()) return make<Prod>({{}, keep == Keep::yes}, x);
  return in_accumulator(x, [&](Tensor y) {
    for (auto axis = list.rbegin(); axis != list.rend(); ++axis)
      y = make<Prod>({{*axis}, keep == Keep::yes}, y);
    return y;
  });
}

}  // namespace luge
