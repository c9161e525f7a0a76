// reciprocal: 1/x.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Reciprocal : Unary<Reciprocal, Instruction::reciprocal> {
  static constexpr auto name = "reciprocal";
  Tensors gradient(const GradientCall& c) const { return {-c.g[0] * square(c.out[0])}; }
};
const Registered<Reciprocal> registered_reciprocal;

}  // namespace

Tensor reciprocal(const Tensor& x) { return make<Reciprocal>({}, x); }

}  // namespace luge
