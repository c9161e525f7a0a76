// atan: inverse tangent.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Atan : Unary<Atan, Instruction::atan> {
  static constexpr auto name = "atan";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] / (square(c.in[0]) + 1)}; }
};
const Registered<Atan> registered_atan;

}  // namespace

Tensor atan(const Tensor& x) { return make<Atan>({}, x); }

}  // namespace luge
