// softmax: exp(x) over its sum along an axis (ONNX Softmax). The largest element is taken away first, so that
// nothing overflows; the result does not depend on it, so no gradient flows through it.
#include "graph/op_registry.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "ops/axis_attributes.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct Softmax : Op<Softmax, AxisAttributes> {
  static constexpr auto name = "softmax";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    check_axis(name, axis, in[0].shape.rank());
    return {in[0]};
  }
  Tensors decompose(const Tensors& in) const {
    const int along = static_cast<int>(axis);
    if (in[0].extent(along) == 0) return {identity(in[0])};  // no elements have no largest one
    const Tensor e = exp(in[0] - stop_gradient(max(in[0], along, keep_dims)));
    return {e / sum(e, along, keep_dims)};
  }
  Tensors gradient(const GradientCall& c) const {
    const Tensor &y = c.out[0], &g = c.g[0];
    return {y * (g - sum(g * y, static_cast<int>(axis), keep_dims))};
  }
};
const Registered<Softmax> registered_softmax;

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t axis) {
  return make<Softmax>({check_axis("softmax", axis, x.rank())}, x);
}

}  // namespace luge
