// exp: e to the power x.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Exp : Unary<Exp, Instruction::exp> {
  static constexpr auto name = "exp";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * c.out[0]}; }
};
const Registered<Exp> registered_exp;

}  // namespace

Tensor exp(const Tensor& x) { return make<Exp>({}, x); }

}  // namespace luge
