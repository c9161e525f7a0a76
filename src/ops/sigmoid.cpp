// sigmoid: 1 / (1 + exp(-x)), whose derivative is y(1 - y).
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Sigmoid : Unary<Sigmoid, Instruction::sigmoid> {
  static constexpr auto name = "sigmoid";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * c.out[0] * (1 - c.out[0])}; }
};
const Registered<Sigmoid> registered_sigmoid;

}  // namespace

Tensor sigmoid(const Tensor& x) { return make<Sigmoid>({}, x); }

}  // namespace luge
