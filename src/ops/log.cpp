// log: natural logarithm.
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {
namespace {

struct Log : Unary<Log, Instruction::log> {
  static constexpr auto name = "log";
  Tensors gradient(const GradientCall& c) const { return {c.g[0] / c.in[0]}; }
};
const Registered<Log> registered_log;

}  // namespace

Tensor log(const Tensor& x) { return make<Log>({}, x); }

}  // namespace luge
