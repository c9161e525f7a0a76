// log1p: log(1 + x).
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Log1p : Unary<Log1p, Instruction::log1p> {
  static constexpr auto name = "log1p";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] / (c.in[0] + 1)}; }
};
const Registered<Log1p> registered_log1p;

}  // namespace

Tensor log1p(const Tensor& x) { return make<Log1p>({}, x); }

}  // namespace luge
