// stop_gradient: the same value, through which no gradient flows.
#include "graph/op_registry.h"
#include "luge/ops/math.h"

namespace luge {
namespace {

struct StopGradient : Op<StopGradient> {
  static constexpr auto name = "stop_gradient";
  static constexpr Traits traits{.alias = true, .narrowing = Narrowing::follows};
  Types infer(const Types& in) const { return {in[0]}; }
  Tensors decompose(const Tensors& in) const { return {in[0]}; }
  Tensors gradient(const GradientCall&) const { return {Tensor()}; }
};
const Registered<StopGradient> registered_stop_gradient;

}  // namespace

Tensor stop_gradient(const Tensor& x) { return make<StopGradient>({}, x); }

}  // namespace luge
