// floor_divide: floor(a/b); constant almost everywhere.
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct FloorDivide : Binary<FloorDivide, Instruction::floor_divide> {
  static constexpr auto name = "floor_divide";
  Tensors gradient(const GradientCall& c) const {
    return gradients(
        c, [&] { return zeros_like(c.g[0]); }, [&] { return zeros_like(c.g[0]); });
  }
};
const Registered<FloorDivide> registered_floor_divide;

}  // namespace

Tensor floor_divide(const Operand& a, const Operand& b) { return make_binary<FloorDivide>(a, b); }

}  // namespace luge
