// add: a + b.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Add : Binary<Add, Instruction::add> {
  static constexpr auto name = "add";
  Tensors gradient(const GradientCall& c) const {
    return gradients(
        c, [&] { return c.g[0]; }, [&] { return c.g[0]; });
  }
};
const Registered<Add> registered_add;

}  // namespace

Tensor add(const Operand& a, const Operand& b) { return make_binary<Add>(a, b); }

}  // namespace luge
