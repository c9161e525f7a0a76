// sqrt: square root.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Sqrt : Unary<Sqrt, Instruction::sqrt> {
  static constexpr auto name = "sqrt";
  Tensors gradient(const GradientCall& c) const { return {0.5 * c.g[0] / c.out[0]}; }
};
const Registered<Sqrt> registered_sqrt;

}  // namespace

Tensor sqrt(const Tensor& x) { return make<Sqrt>({}, x); }

}  // namespace luge
