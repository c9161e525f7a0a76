// div: a / b; the derivative with respect to b is -y/b.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Div : Binary<Div, Instruction::div> {
  static constexpr auto name = "div";
  Tensors gradient(const GradientCall& c) const {
    return gradients(
        c, [&] { return c.g[0] / c.in[1]; }, [&] { return -c.g[0] * c.out[0] / c.in[1]; });
  }
};
const Registered<Div> registered_div;

}  // namespace

Tensor div(const Operand& a, const Operand& b) { return make_binary<Div>(a, b); }

}  // namespace luge
