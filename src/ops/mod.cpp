// mod: a - b·trunc(a/b); the quotient is constant almost everywhere.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Mod : Binary<Mod, Instruction::mod> {
  static constexpr auto name = "mod";
  Tensors gradient(const GradientCall& c) const {
    return gradients(
        c, [&] { return c.g[0]; }, [&] { return -c.g[0] * trunc(c.in[0] / c.in[1]); });
  }
};
const Registered<Mod> registered_mod;

}  // namespace

Tensor mod(const Operand& a, const Operand& b) { return make_binary<Mod>(a, b); }

}  // namespace luge
