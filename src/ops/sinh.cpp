// sinh: hyperbolic sine.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Sinh : Unary<Sinh, Instruction::sinh> {
  static constexpr auto name = "sinh";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * cosh(c.in[0])}; }
};
const Registered<Sinh> registered_sinh;

}  // namespace

Tensor sinh(const Tensor& x) { return make<Sinh>({}, x); }

}  // namespace luge
