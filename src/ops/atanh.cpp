// atanh: inverse hyperbolic tangent; the derivative 1/(1-x²) is written with (1-x)(1+x), exact near ±1.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Atanh : Unary<Atanh, Instruction::atanh> {
  static constexpr auto name = "atanh";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] / ((1 - c.in[0]) * (1 + c.in[0]))}; }
};
const Registered<Atanh> registered_atanh;

}  // namespace

Tensor atanh(const Tensor& x) { return make<Atanh>({}, x); }

}  // namespace luge
