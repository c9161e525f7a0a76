// selu: elu with the two constants that keep mean 0 and variance 1 (Klambauer et al. 2017, ONNX Selu).
#include "luge/ops/rectifiers.h"
#include "ops/curve.h"

namespace luge {
namespace {

constexpr double scale = 1.0507009873554804934193349852946, alpha = 1.6732632423543772848170429916717;

struct Selu : Curve<Selu> {
  static constexpr auto name = "selu";
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const Tensor positive = greater(x, 0);
    return {where(positive, scale * x, scale * alpha * expm1(x)),
            where(positive, scale, scale * alpha * exp(x))};
  }
};
const Registered<Selu> registered_selu;

}  // namespace

Tensor selu(const Tensor& x) { return make<Selu>({}, x); }

}  // namespace luge
