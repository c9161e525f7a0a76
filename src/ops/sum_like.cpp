// sum_like: undoes broadcasting: x summed over the axes along which another shape would be repeated to become
// the shape of x.
#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct SumLike : Op<SumLike> {
  static constexpr auto name = "sum_like";
  static constexpr Traits traits{.type_only = 2, .identity_at_same_type = true};

  Types infer(const Types& in) const {
    check_inputs(name, in, 2);
    check_number(name, in[0]);
    if (!broadcasts_to(in[1].shape, in[0].shape)) {
      throw ShapeError(fmt::format("sum_like: {} is not what the shape {} broadcasts to", in[0].to_string(),
                                   in[1].shape.to_string()));
    }
    return {Type{in[0].dtype, in[1].shape}};
  }
  Tensors decompose(const Tensors& in) const {
    const Shape &from = in[0].shape(), &to = in[1].shape();
    const int fresh = from.rank() - to.rank();
    std::vector<std::int64_t> axes;
    for (int axis = 0; axis < from.rank(); ++axis) {
      if (axis < fresh || from[axis] != to[axis - fresh]) axes.push_back(axis);
    }
    return {axes.empty() ? in[0] : reshape(sum(in[0], Axes(axes)), to)};
  }
  Tensors gradient(const GradientCall& c) const { return {broadcast_like(c.g[0], c.in[0]), Tensor()}; }
};
const Registered<SumLike> registered_sum_like;

}  // namespace

Tensor sum_like(const Tensor& x, const Tensor& like) {
  if (x.shape().known() && x.shape() == like.shape()) return x;
  return make<SumLike>({}, x, like);
}

}  // namespace luge
