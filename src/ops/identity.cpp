// identity: the same value as a new node (ONNX Identity).
#include "graph/op_registry.h"
#include "luge/ops/math.h"

namespace luge {
namespace {

struct Identity : Op<Identity> {
  static constexpr auto name = "identity";
  static constexpr Traits traits{.alias = true, .narrowing = Narrowing::follows};
  Types infer(const Types& in) const { return {in[0]}; }
  Tensors decompose(const Tensors& in) const { return {in[0]}; }
  Tensors gradient(const GradientCall& c) const { return {c.g[0]}; }
};
const Registered<Identity> registered_identity;

}  // namespace

Tensor identity(const Tensor& x) { return make<Identity>({}, x); }

}  // namespace luge
