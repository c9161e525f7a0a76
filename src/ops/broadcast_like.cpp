// broadcast_like: x broadcast to the shape of another tensor.
#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct BroadcastLike : Op<BroadcastLike> {
  static constexpr auto name = "broadcast_like";
  static constexpr Traits traits{.type_only = 2, .narrowing = Narrowing::follows, .broadcast = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    if (!broadcasts_to(in[0].shape, in[1].shape)) {
      throw ShapeError(
          fmt::format("broadcast_like: {} does not fit the shape {}; expected equal extents or 1, aligned "
                      "at the last axis",
                      in[0].to_string(), in[1].shape.to_string()));
    }
    return {Type{in[0].dtype, in[1].shape}};
  }
  Tensors decompose(const Tensors& in) const { return {broadcast_to(in[0], in[1].shape())}; }
  Tensors gradient(const GradientCall& c) const { return {sum_like(c.g[0], c.in[0]), Tensor()}; }
};
const Registered<BroadcastLike> registered_broadcast_like;

}  // namespace

Tensor broadcast_like(const Tensor& x, const Tensor& like) {
  if (x.shape().known() && x.shape() == like.shape()) return x;
  return make<BroadcastLike>({}, x, like);
}

}  // namespace luge
