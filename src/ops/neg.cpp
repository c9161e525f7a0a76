// neg: -x.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Neg : Unary<Neg, Instruction::neg, Domain::number> {
  static constexpr auto name = "neg";
  Tensors gradient(const GradientCall& c) const { return {-c.g[0]}; }
};
const Registered<Neg> registered_neg;

}  // namespace

Tensor neg(const Tensor& x) { return make<Neg>({}, x); }

}  // namespace luge
