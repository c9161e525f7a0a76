// elu: x where x > 0, else alpha·(exp(x) - 1) (Clevert et al. 2016, ONNX Elu).
#include "luge/ops/rectifiers.h"
#include "ops/curve.h"

namespace luge {
namespace {

struct EluAttributes {
  double alpha = 1;
  static void fields(auto& self, auto&& field) { field("alpha", self.alpha); }
};

struct Elu : Curve<Elu, EluAttributes> {
  static constexpr auto name = "elu";
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const Tensor positive = greater(x, 0);
    return {where(positive, x, alpha * expm1(x)), where(positive, 1, alpha * exp(x))};
  }
};
const Registered<Elu> registered_elu;

}  // namespace

Tensor elu(const Tensor& x, double alpha) { return make<Elu>({alpha}, x); }

}  // namespace luge
