// trunc: rounding towards zero; constant almost everywhere.
#include "luge/ops/math.h"
#include "luge/ops/shape.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Trunc : Unary<Trunc, Instruction::trunc> {
  static constexpr auto name = "trunc";
  Tensors gradient(const GradientCall& c) const { return {zeros_like(c.g[0])}; }
};
const Registered<Trunc> registered_trunc;

}  // namespace

Tensor trunc(const Tensor& x) { return make<Trunc>({}, x); }

}  // namespace luge
