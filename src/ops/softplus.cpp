// softplus: log(1 + exp(x)) (ONNX Softplus). An op of its own because its derivative at 0 must be sigmoid(0),
// which the pieces it is composed of do not give.
#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/rectifiers.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {
namespace {

struct Softplus : Op<Softplus> {
  static constexpr auto name = "softplus";
  static constexpr Traits traits{.narrowing = Narrowing::rounds};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    check_float(name, in[0]);
    return {in[0]};
  }
  Tensors decompose(const Tensors& in) const { return {relu(in[0]) + log1p(exp(-abs(in[0])))}; }
  Tensors gradient(const GradientCall& c) const { return {c.g[0] * sigmoid(c.in[0])}; }
};
const Registered<Softplus> registered_softplus;

}  // namespace

Tensor softplus(const Tensor& x) { return make<Softplus>({}, x); }

Tensor softplus(const Tensor& x, double beta) {
  if (!(beta > 0)) throw ValueError(fmt::format("softplus: beta is {}; expected a number above 0", beta));
  return in_accumulator(x, [&](const Tensor& wide) { return softplus(wide * beta) / beta; });
}

}  // namespace luge
