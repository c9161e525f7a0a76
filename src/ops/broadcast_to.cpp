// broadcast_to: x repeated along new axes and axes of extent 1. Elementwise readers broadcast without it.
#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct BroadcastToAttributes {
  Shape shape;  // -1 keeps an extent
  static void fields(auto& self, auto&& field) { field("shape", self.shape); }
};

struct BroadcastTo : Op<BroadcastTo, BroadcastToAttributes> {
  static constexpr auto name = "broadcast_to";
  static constexpr Traits traits{.narrowing = Narrowing::follows, .broadcast = true};
  static constexpr Instruction instruction = Instruction::copy;

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    Shape result = shape;
    const int fresh = shape.rank() - in[0].shape.rank();
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (shape[axis] >= 0) continue;
      if (axis < fresh) {
        throw ShapeError(
            fmt::format("broadcast_to: extent -1 on the new axis {} keeps nothing; write a number", axis));
      }
      result = result.with(axis, in[0].shape[axis - fresh]);
    }
    if (!broadcasts_to(in[0].shape, result)) {
      throw ShapeError(
          fmt::format("broadcast_to: {} does not fit {}; expected equal extents or 1, aligned at the "
                      "last axis",
                      in[0].to_string(), result.to_string()));
    }
    product(name, result, 0, result.rank());
    return {Type{in[0].dtype, result}};
  }
  Tensors gradient(const GradientCall& c) const { return {sum_like(c.g[0], c.in[0])}; }
};
const Registered<BroadcastTo> registered_broadcast_to;

}  // namespace

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (shape.known() && x.shape() == shape) return x;
  return make<BroadcastTo>({shape}, x);
}

Tensor expand(const Tensor& x, const Shape& shape) {
  return broadcast_to(x, broadcast_shapes("expand", {x.dtype(), x.shape()}, {x.dtype(), shape}));
}

}  // namespace luge
