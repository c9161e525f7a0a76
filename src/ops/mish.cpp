// mish: x·tanh(softplus(x)) (Misra 2019, ONNX Mish).
#include "luge/ops/activation.h"
#include "luge/ops/rectifiers.h"
#include "ops/curve.h"

namespace luge {
namespace {

struct Mish : Curve<Mish> {
  static constexpr auto name = "mish";
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const Tensor share = tanh(softplus(x));
    return {absorbed(x, share), share + absorbed(x, (1 - square(share)) * sigmoid(x))};
  }
};
const Registered<Mish> registered_mish;

}  // namespace

Tensor mish(const Tensor& x) { return make<Mish>({}, x); }

}  // namespace luge
