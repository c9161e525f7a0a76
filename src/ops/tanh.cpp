// tanh: hyperbolic tangent, whose derivative is 1 - y².
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Tanh : Unary<Tanh, Instruction::tanh> {
  static constexpr auto name = "tanh";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * (1 - square(c.out[0]))}; }
};
const Registered<Tanh> registered_tanh;

}  // namespace

Tensor tanh(const Tensor& x) { return make<Tanh>({}, x); }

}  // namespace luge
