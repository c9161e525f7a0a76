// tan: tangent, whose derivative is 1 + y².
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Tan : Unary<Tan, Instruction::tan> {
  static constexpr auto name = "tan";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * (square(c.out[0]) + 1)}; }
};
const Registered<Tan> registered_tan;

}  // namespace

Tensor tan(const Tensor& x) { return make<Tan>({}, x); }

}  // namespace luge
