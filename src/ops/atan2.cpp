// atan2: the angle of a point; its gradient is (x, -y)/(x² + y²), of the point over its larger coordinate, so
// that no square overflows or vanishes. At the origin, which has no angle, it is 0.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Atan2 : Binary<Atan2, Instruction::atan2, Domain::floating> {
  static constexpr auto name = "atan2";
  Tensors gradient(const GradientCall& c) const {
    const Tensor &y = c.in[0], &x = c.in[1];
    const Tensor larger = stop_gradient(maximum(abs(x), abs(y)));
    const Tensor origin = equal(larger, 0);
    const Tensor scale = where(logical_or(origin, isinf(larger)), 1, larger);
    const Tensor u = x / scale, v = y / scale, squares = square(u) + square(v);
    const Tensor part = where(origin, 0, c.g[0] / where(origin, 1, squares));
    // Divided last: a quotient by a tiny scale alone could be infinite, and times 0 no number.
    return gradients(
        c, [&] { return part * u / scale; }, [&] { return -(part * v / scale); });
  }
};
const Registered<Atan2> registered_atan2;

}  // namespace

Tensor atan2(const Operand& y, const Operand& x) { return make_binary<Atan2>(y, x); }

}  // namespace luge
