// log2: logarithm to base 2.
#include <numbers>

#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Log2 : Unary<Log2, Instruction::log2> {
  static constexpr auto name = "log2";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] / (c.in[0] * std::numbers::ln2)}; }
};
const Registered<Log2> registered_log2;

}  // namespace

Tensor log2(const Tensor& x) { return make<Log2>({}, x); }

}  // namespace luge
