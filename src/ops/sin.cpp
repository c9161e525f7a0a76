// sin: sine.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Sin : Unary<Sin, Instruction::sin> {
  static constexpr auto name = "sin";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * cos(c.in[0])}; }
};
const Registered<Sin> registered_sin;

}  // namespace

Tensor sin(const Tensor& x) { return make<Sin>({}, x); }

}  // namespace luge
