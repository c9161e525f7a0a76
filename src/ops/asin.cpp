// asin: inverse sine; the derivative 1/√(1-x²) is written with (1-x)(1+x), exact near ±1.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Asin : Unary<Asin, Instruction::asin> {
  static constexpr auto name = "asin";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * rsqrt((1 - c.in[0]) * (1 + c.in[0]))}; }
};
const Registered<Asin> registered_asin;

}  // namespace

Tensor asin(const Tensor& x) { return make<Asin>({}, x); }

}  // namespace luge
