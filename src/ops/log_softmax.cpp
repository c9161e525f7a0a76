// log_softmax: x minus the logarithm of the sum of its exponentials along an axis (ONNX LogSoftmax).
#include "graph/op_registry.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "ops/axis_attributes.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct LogSoftmax : Op<LogSoftmax, AxisAttributes> {
  static constexpr auto name = "log_softmax";

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    check_axis(name, axis, in[0].shape.rank());
    return {in[0]};
  }
  Tensors decompose(const Tensors& in) const {
    const int along = static_cast<int>(axis);
    if (in[0].extent(along) == 0) return {identity(in[0])};  // no elements have no largest one
    const Tensor shifted = in[0] - stop_gradient(max(in[0], along, keep_dims));
    return {shifted - log(sum(exp(shifted), along, keep_dims))};
  }
  Tensors gradient(const GradientCall& c) const {
    const Tensor &y = c.out[0], &g = c.g[0];
    return {g - exp(y) * sum(g, static_cast<int>(axis), keep_dims)};
  }
};
const Registered<LogSoftmax> registered_log_softmax;

}  // namespace

Tensor log_softmax(const Tensor& x, std::int64_t axis) {
  return make<LogSoftmax>({check_axis("log_softmax", axis, x.rank())}, x);
}

}  // namespace luge
