// where: a where the condition holds, else b.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Where : Op<Where> {
  static constexpr auto name = "where";
  static constexpr Instruction instruction = Instruction::select;
  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    check_bool("where (condition)", in[0]);
    check_same_dtype(name, in[1], in[2]);
    const Type values{in[1].dtype, broadcast_shapes(name, in[1], in[2])};
    return {Type{values.dtype, broadcast_shapes(name, in[0], values)}};
  }
  Tensors gradient(const GradientCall& c) const {
    return gradients(
        c, [] { return Tensor(); }, [&] { return where(c.in[0], c.g[0], 0); },
        [&] { return where(c.in[0], 0, c.g[0]); });
  }
};
const Registered<Where> registered_where;

}  // namespace

Tensor where(const Tensor& condition, const Operand& a, const Operand& b) {
  const auto [x, y] = operand_tensors(Where::name, a, b);
  return make<Where>({}, condition, x, y);
}

}  // namespace luge
