// sub: a - b.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Sub : Binary<Sub, Instruction::sub> {
  static constexpr auto name = "sub";
  Tensors gradient(const GradientCall& c) const {
    return gradients(
        c, [&] { return c.g[0]; }, [&] { return -c.g[0]; });
  }
};
const Registered<Sub> registered_sub;

}  // namespace

Tensor sub(const Operand& a, const Operand& b) { return make_binary<Sub>(a, b); }

}  // namespace luge
