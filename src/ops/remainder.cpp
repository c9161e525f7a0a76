// remainder: a - b·floor(a/b); the quotient is constant almost everywhere.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Remainder : Binary<Remainder, Instruction::remainder> {
  static constexpr auto name = "remainder";
  Tensors gradient(const GradientCall& c) const {
    return gradients(
        c, [&] { return c.g[0]; }, [&] { return -c.g[0] * floor_divide(c.in[0], c.in[1]); });
  }
};
const Registered<Remainder> registered_remainder;

}  // namespace

Tensor remainder(const Operand& a, const Operand& b) { return make_binary<Remainder>(a, b); }

}  // namespace luge
