// softsign: x/(1 + |x|) (ONNX Softsign).
#include "luge/ops/squashing.h"
#include "ops/curve.h"

namespace luge {
namespace {

struct Softsign : Curve<Softsign> {
  static constexpr auto name = "softsign";
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const Tensor inverse = 1 / (1 + abs(x));
    // ∞·0 is the one product that is not the value: it is ±1.
    return {where(isinf(x), sign(x), x * inverse), square(inverse)};
  }
};
const Registered<Softsign> registered_softsign;

}  // namespace

Tensor softsign(const Tensor& x) { return make<Softsign>({}, x); }

}  // namespace luge
