// asinh: inverse hyperbolic sine.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Asinh : Unary<Asinh, Instruction::asinh> {
  static constexpr auto name = "asinh";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * rsqrt(square(c.in[0]) + 1)}; }
};
const Registered<Asinh> registered_asinh;

}  // namespace

Tensor asinh(const Tensor& x) { return make<Asinh>({}, x); }

}  // namespace luge
