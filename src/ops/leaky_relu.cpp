// leaky_relu: x where x > 0, else slope·x (ONNX LeakyRelu). A slope above 0 keeps the sign, so the gradient
// uses y, which the next layer keeps anyway, and x need not be kept. leaky_relu_backward is that gradient.
#include "ops/attributes/leaky_relu.h"
#include "graph/op_registry.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "ops/checks.h"

namespace luge {
namespace {

// g where y > 0, else slope·g. Only the sign of y counts, so no gradient goes there.
struct LeakyReluBackward : Op<LeakyReluBackward, LeakyReluAttributes> {
  static constexpr auto name = "leaky_relu_backward";
  static constexpr Traits traits{.narrowing = Narrowing::rounds, .role = Role::backward};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_float(name, in[0]);
    check_same_dtype(name, in[0], in[1]);
    check_same_shape(name, "output gradient", in[0], "output", in[1]);
    return {in[0]};
  }
  Tensors decompose(const Tensors& in) const { return {where(greater(in[1], 0), in[0], in[0] * slope)}; }
  Tensors gradient(const GradientCall& c) const {
    return {make<LeakyReluBackward>(*this, c.g[0], c.in[1]), Tensor()};
  }
};
const Registered<LeakyReluBackward> registered_backward_leaky_relu;

struct LeakyRelu : Op<LeakyRelu, LeakyReluAttributes> {
  static constexpr auto name = "leaky_relu";
  static constexpr Traits traits{.narrowing = Narrowing::rounds, .role = Role::forward};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    return {in[0]};
  }
  Tensors decompose(const Tensors& in) const { return {where(greater(in[0], 0), in[0], in[0] * slope)}; }
  Tensors gradient(const GradientCall& c) const {
    return {make<LeakyReluBackward>(*this, c.g[0], slope > 0 ? c.out[0] : c.in[0])};
  }
};
const Registered<LeakyRelu> registered_leaky_relu;

}  // namespace

Tensor leaky_relu(const Tensor& x, double slope) { return make<LeakyRelu>({slope}, x); }

}  // namespace luge
