// atan2: the angle of a point; its gradient is (x, -y)/(x² + y²).
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Atan2 : Binary<Atan2, Instruction::atan2, Domain::floating> {
  static constexpr auto name = "atan2";
  Tensors gradient(const GradientCall& c) const {
    const Tensor &y = c.in[0], &x = c.in[1];
    const Tensor scaled = c.g[0] / (square(x) + square(y));
    return gradients(
        c, [&] { return scaled * x; }, [&] { return -scaled * y; });
  }
};
const Registered<Atan2> registered_atan2;

}  // namespace

Tensor atan2(const Operand& y, const Operand& x) { return make_binary<Atan2>(y, x); }

}  // namespace luge
