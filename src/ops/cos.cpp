// cos: cosine.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Cos : Unary<Cos, Instruction::cos> {
  static constexpr auto name = "cos";
  Tensors gradient(const GradientCall& c) const { return {-c.g[0] * sin(c.in[0])}; }
};
const Registered<Cos> registered_cos;

}  // namespace

Tensor cos(const Tensor& x) { return make<Cos>({}, x); }

}  // namespace luge
