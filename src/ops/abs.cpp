// abs: |x|; sign(0) = 0 makes the derivative at 0 zero.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Abs : Unary<Abs, Instruction::abs, Domain::number> {
  static constexpr auto name = "abs";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * sign(c.in[0])}; }
};
const Registered<Abs> registered_abs;

}  // namespace

Tensor abs(const Tensor& x) { return make<Abs>({}, x); }

}  // namespace luge
