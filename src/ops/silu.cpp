// silu: x·sigmoid(beta·x), also called swish (Ramachandran et al. 2017, ONNX Swish).
#include "luge/ops/rectifiers.h"
#include "ops/curve.h"

namespace luge {
namespace {

struct SiluAttributes {
  double beta = 1;
  static void fields(auto& self, auto&& field) { field("beta", self.beta); }
};

struct Silu : Curve<Silu, SiluAttributes> {
  static constexpr auto name = "silu";
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const Tensor share = sigmoid(beta * x);
    return {absorbed(x, share), share + absorbed(beta * x, share * (1 - share))};
  }
};
const Registered<Silu> registered_silu;

}  // namespace

Tensor silu(const Tensor& x, double beta) { return make<Silu>({beta}, x); }

}  // namespace luge
