// celu: x where x > 0, else alpha·(exp(x/alpha) - 1) (Barron 2017, ONNX Celu).
#include <fmt/format.h>

#include "luge/ops/rectifiers.h"
#include "ops/curve.h"

namespace luge {
namespace {

struct CeluAttributes {
  double alpha = 1;
  static void fields(auto& self, auto&& field) { field("alpha", self.alpha); }
};

struct Celu : Curve<Celu, CeluAttributes> {
  static constexpr auto name = "celu";
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const Tensor positive = greater(x, 0);
    return {where(positive, x, alpha * expm1(x / alpha)), where(positive, 1, exp(x / alpha))};
  }
};
const Registered<Celu> registered_celu;

}  // namespace

Tensor celu(const Tensor& x, double alpha) {
  if (!(alpha > 0)) throw ValueError(fmt::format("celu: alpha is {}; expected a number above 0", alpha));
  return make<Celu>({alpha}, x);
}

}  // namespace luge
