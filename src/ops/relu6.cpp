// relu6: x limited to [0, 6] (PyTorch relu6). Both bounds have derivative 0, which minimum and maximum alone
// would not give.
#include "graph/op_registry.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct Relu6 : Op<Relu6> {
  static constexpr auto name = "relu6";
  static constexpr Traits traits{.narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    return {in[0]};
  }
  Tensors decompose(const Tensors& in) const { return {minimum(relu(in[0]), 6)}; }
  Tensors gradient(const GradientCall& c) const {
    const Tensor& y = c.out[0];
    return {where(less(y, 6), where(greater(y, 0), c.g[0], 0), 0)};
  }
};
const Registered<Relu6> registered_relu6;

}  // namespace

Tensor relu6(const Tensor& x) { return make<Relu6>({}, x); }

}  // namespace luge
