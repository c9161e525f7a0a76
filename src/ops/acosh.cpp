// acosh: inverse hyperbolic cosine; the derivative 1/√(x²-1) is written with (x-1)(x+1), exact near 1.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Acosh : Unary<Acosh, Instruction::acosh> {
  static constexpr auto name = "acosh";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * rsqrt((c.in[0] - 1) * (c.in[0] + 1))}; }
};
const Registered<Acosh> registered_acosh;

}  // namespace

Tensor acosh(const Tensor& x) { return make<Acosh>({}, x); }

}  // namespace luge
