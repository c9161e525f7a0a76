// mul: a · b.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Mul : Binary<Mul, Instruction::mul> {
  static constexpr auto name = "mul";
  Tensors gradient(const GradientCall& c) const {
    return gradients(
        c, [&] { return c.g[0] * c.in[1]; }, [&] { return c.g[0] * c.in[0]; });
  }
};
const Registered<Mul> registered_mul;

}  // namespace

Tensor mul(const Operand& a, const Operand& b) { return make_binary<Mul>(a, b); }

}  // namespace luge
