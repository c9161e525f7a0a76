// reshape_like: x under the shape of another tensor.
#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct ReshapeLike : Op<ReshapeLike> {
  static constexpr auto name = "reshape_like";
  static constexpr Traits traits{.type_only = 2, .alias = true, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    const std::int64_t have = product(name, in[0].shape, 0, in[0].shape.rank());
    const std::int64_t want = product(name, in[1].shape, 0, in[1].shape.rank());
    if (have >= 0 && want >= 0 && have != want) {
      throw ShapeError(fmt::format("reshape_like: {} has {} elements, {} needs {}", in[0].to_string(), have,
                                   in[1].shape.to_string(), want));
    }
    return {Type{in[0].dtype, in[1].shape}};
  }
  Tensors gradient(const GradientCall& c) const { return {reshape_like(c.g[0], c.in[0]), Tensor()}; }
};
const Registered<ReshapeLike> registered_reshape_like;

}  // namespace

Tensor reshape_like(const Tensor& x, const Tensor& like) {
  if (x.shape().known() && x.shape() == like.shape()) return x;
  return make<ReshapeLike>({}, x, like);
}

}  // namespace luge
