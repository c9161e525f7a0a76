// mean: sum / count. An op of its own because the sum may overflow where the mean does not: then the elements
// are made smaller first, which the gradient need not know.
#include <bit>

#include "graph/op_registry.h"
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
    // Over some axes only, means are parts of other steps, which a second sum would make longer. Powers of
    // two below 1/n leave all digits as they are, but of the smallest numbers.
    if (static_cast<int>(axes.size()) < x.rank()) {
      const double scale = power_below_inverse(x.shape());
      return {scale < 1 ? sum(x * scale, Axes(axes), keep) / (n * scale) : total / n};
    }
    const Tensor shrunk = sum(x * shrink, Axes(axes), keep) / n * (1 / shrink);
    return {where(isfinite(total), total / n, shrunk)};
  }
  // 1 where the extents are not known yet.
  double power_below_inverse(const Shape& shape) const {
    std::int64_t elements = 1;
    for (const std::int64_t axis : axes) {
      const std::int64_t extent = shape[static_cast<int>(axis)];
      if (extent < 1) return 1;
      elements *= extent;
    }
    return 1.0 / static_cast<double>(std::bit_ceil(static_cast<std::uint64_t>(elements)));
  }
  Tensors gradient(const GradientCall& c) const {
    const Tensor share =
        in_accumulator(c.g[0], [&](const Tensor& g) { return g / count(c.in[0], Axes(axes), g.dtype()); });
    return {broadcast_like(restore_axes(share, *this), c.in[0])};
  }
};
const Registered<Mean> registered_mean;

}  // namespace

Tensor mean(const Tensor& x, const Axes& axes, Keep keep) {
  return make<Mean>(reduce_attributes(Mean::name, x, axes, keep), x);
}

}  // namespace luge
