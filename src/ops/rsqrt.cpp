// rsqrt: 1/√x, whose derivative is -y³/2.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Rsqrt : Unary<Rsqrt, Instruction::rsqrt> {
  static constexpr auto name = "rsqrt";
  Tensors gradient(const GradientCall& c) const { return {-0.5 * c.g[0] * c.out[0] * square(c.out[0])}; }
};
const Registered<Rsqrt> registered_rsqrt;

}  // namespace

Tensor rsqrt(const Tensor& x) { return make<Rsqrt>({}, x); }

}  // namespace luge
