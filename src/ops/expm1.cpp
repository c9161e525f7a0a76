// expm1: e to the power x, minus 1.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Expm1 : Unary<Expm1, Instruction::expm1> {
  static constexpr auto name = "expm1";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * (c.out[0] + 1)}; }
};
const Registered<Expm1> registered_expm1;

}  // namespace

Tensor expm1(const Tensor& x) { return make<Expm1>({}, x); }

}  // namespace luge
