// relu_mask: g where y > 0, else 0. Only the sign of y counts, so no gradient goes there.
#include "ops/relu_mask.h"

#include "ops/elementwise.h"

namespace luge {
namespace {

struct ReluMask : Binary<ReluMask, Instruction::relu_mask, Domain::floating> {
  static constexpr auto name = "relu_mask";
  Tensors gradient(const GradientCall& c) const {
    return gradients(
        c, [&] { return relu_mask(c.g[0], c.in[1]); }, [] { return Tensor(); });
  }
};
const Registered<ReluMask> registered_relu_mask;

}  // namespace

Tensor relu_mask(const Tensor& g, const Tensor& y) { return make<ReluMask>({}, g, y); }

}  // namespace luge
