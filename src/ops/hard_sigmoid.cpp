// hard_sigmoid: alpha·x + beta limited to [0, 1] (ONNX HardSigmoid). The derivative is 0 at both bounds.
#include "luge/ops/shape.h"
#include "luge/ops/squashing.h"
#include "ops/curve.h"

namespace luge {
namespace {

struct HardSigmoidAttributes {
  double alpha = 1.0 / 6, beta = 0.5;
  static void fields(auto& self, auto&& field) {
    field("alpha", self.alpha);
    field("beta", self.beta);
  }
};

struct HardSigmoid : Curve<HardSigmoid, HardSigmoidAttributes> {
  static constexpr auto name = "hard_sigmoid";
  Tensors decompose(const Tensors& in) const {
    const Tensor line = alpha * in[0] + beta;
    const Tensor outside = logical_or(less_equal(line, 0), greater_equal(line, 1));
    return {minimum(maximum(line, 0), 1), where(outside, 0, full_like(line, alpha))};
  }
};
const Registered<HardSigmoid> registered_hard_sigmoid;

}  // namespace

Tensor hard_sigmoid(const Tensor& x, double alpha, double beta) {
  return make<HardSigmoid>({alpha, beta}, x);
}

}  // namespace luge
