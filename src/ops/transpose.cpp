// transpose: axes in another order.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/attributes/transpose.h"
#include "ops/checks.h"
#include "ops/strided.h"

namespace luge {
namespace {

struct Transpose : Op<Transpose, TransposeAttributes> {
  static constexpr auto name = "transpose";
  static constexpr Traits traits{.narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    const int rank = in[0].shape.rank();
    if (check_axes(name, order, rank).size() != static_cast<std::size_t>(rank)) {
      throw ShapeError(fmt::format("transpose: {} axes are named for {}, expected all {}", order.size(),
                                   in[0].to_string(), rank));
    }
    Shape result = in[0].shape;
    for (int axis = 0; axis < rank; ++axis) {
      result = result.with(axis, in[0].shape[static_cast<int>(order[static_cast<std::size_t>(axis)])]);
    }
    return {Type{in[0].dtype, result}};
  }
  Tensors gradient(const GradientCall& c) const {
    std::vector<int> back(order.size());
    for (std::size_t k = 0; k < order.size(); ++k)
      back[static_cast<std::size_t>(order[k])] = static_cast<int>(k);
    return {permute(c.g[0], back)};
  }
  void reference(const ReferenceCall& call) const {
    const View &x = call.in[0], &y = call.out[0];
    const Strides strides = dense_strides(x.type.shape);
    Strides from{};
    for (std::size_t k = 0; k < order.size(); ++k) from[k] = strides[static_cast<std::size_t>(order[k])];
    copy_box(y.type.shape, size_of(y.type.dtype), {x.data, 0, from},
             {y.data, 0, dense_strides(y.type.shape)});
  }
};
const Registered<Transpose> registered_transpose;

}  // namespace

Tensor permute(const Tensor& x, const std::vector<int>& order) {
  TransposeAttributes attributes;
  for (int axis : order) attributes.order.push_back(check_axis(Transpose::name, axis, x.rank()));
  return make<Transpose>(std::move(attributes), x);
}

Tensor transpose(const Tensor& x, int axis_a, int axis_b) {
  std::vector<int> order(static_cast<std::size_t>(x.rank()));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[static_cast<std::size_t>(check_axis(Transpose::name, axis_a, x.rank()))],
            order[static_cast<std::size_t>(check_axis(Transpose::name, axis_b, x.rank()))]);
  return permute(x, order);
}

}  // namespace luge
