// relu: max(x, 0); the mask y > 0 makes the derivative at 0 zero.
#include "luge/ops/math.h"
#include "ops/elementwise.h"
#include "ops/relu_mask.h"

namespace luge {
namespace {

struct Relu : Unary<Relu, Instruction::relu> {
  static constexpr auto name = "relu";
  Tensors gradient(const GradientCall& c) const { return {relu_mask(c.g[0], c.out[0])}; }
};
const Registered<Relu> registered_relu;

}  // namespace

Tensor relu(const Tensor& x) { return make<Relu>({}, x); }

}  // namespace luge
