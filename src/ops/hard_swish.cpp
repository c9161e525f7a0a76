// hard_swish: x·relu6(x + 3)/6 (Howard et al. 2019, ONNX HardSwish).
#include "luge/ops/rectifiers.h"
#include "ops/curve.h"

namespace luge {
namespace {

struct HardSwish : Curve<HardSwish> {
  static constexpr auto name = "hard_swish";
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const Tensor low = less_equal(x, -3), high = greater_equal(x, 3);
    return {where(low, 0, where(high, x, x * (x + 3) / 6)), where(low, 0, where(high, 1, x / 3 + 0.5))};
  }
};
const Registered<HardSwish> registered_hard_swish;

}  // namespace

Tensor hard_swish(const Tensor& x) { return make<HardSwish>({}, x); }

}  // namespace luge
