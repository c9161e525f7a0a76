// mean: sum / count. An op of its own because the sum of all elements may overflow where their mean does not:
// then they are made smaller first, which the gradient need not know.
#include "graph/op.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/reduction.h"
#include "ops/wide.h"

namespace luge {
namespace {

constexpr double shrink = 0x1p-64;  // no sum has more elements than its inverse

struct Mean : Op<Mean, ReduceAttributes> {
  static constexpr auto name = "mean";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    return reduced_types(name, in, *this, false);
  }
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const Keep keep = keep_dims ? Keep::yes : Keep::no;
    if (axes.empty()) return {identity(x)};
    const Tensor n = count(x, Axes(axes), x.dtype()), total = sum(x, Axes(axes), keep);
    // Over some axes only, means are parts of normalisations, which are one step.
    if (static_cast<int>(axes.size()) < x.rank()) return {total / n};
    const Tensor shrunk = sum(x * shrink, Axes(axes), keep) / n * (1 / shrink);
    return {where(isfinite(total), total / n, shrunk)};
  }
  Tensors gradient(const GradientCall& c) const {
    const Tensor share =
        in_accumulator(c.g[0], [&](const Tensor& g) { return g / count(c.in[0], Axes(axes), g.dtype()); });
    return {broadcast_like(restore_axes(share, *this), c.in[0])};
  }
};
const Registered<Mean> registered;

}  // namespace

Tensor mean(const Tensor& x, const Axes& axes, Keep keep) {
  return make<Mean>(reduce_attributes(Mean::name, x, axes, keep), x);
}

}  // namespace luge
