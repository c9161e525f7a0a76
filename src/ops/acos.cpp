// acos: inverse cosine; the derivative -1/√(1-x²) is written with (1-x)(1+x), exact near ±1.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Acos : Unary<Acos, Instruction::acos> {
  static constexpr auto name = "acos";
  Tensors gradient(const GradientCall& c) const { return {-c.g[0] * rsqrt((1 - c.in[0]) * (1 + c.in[0]))}; }
};
const Registered<Acos> registered_acos;

}  // namespace

Tensor acos(const Tensor& x) { return make<Acos>({}, x); }

}  // namespace luge
