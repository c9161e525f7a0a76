// flatten: neighboring axes as one.
#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct FlattenAttributes {
  std::int64_t first = 0;
  std::int64_t last = -1;
  static void fields(auto& self, auto&& field) {
    field("first", self.first);
    field("last", self.last);
  }
};

struct Flatten : Op<Flatten, FlattenAttributes> {
  static constexpr auto name = "flatten";
  static constexpr Traits traits{.alias = true, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    const Shape& shape = in[0].shape;
    if (shape.rank() == 0) return {Type{in[0].dtype, {1}}};
    const int from = check_axis(name, first, shape.rank()), to = check_axis(name, last, shape.rank());
    if (from > to) {
      throw ShapeError(fmt::format("flatten: the first axis {} comes after the last, {}, of {}", first, last,
                                   in[0].to_string()));
    }
    Shape result = shape.with(from, product(name, shape, from, to + 1));
    for (int axis = from; axis < to; ++axis) result = result.without(from + 1);
    return {Type{in[0].dtype, result}};
  }
  Tensors gradient(const GradientCall& c) const { return {reshape_like(c.g[0], c.in[0])}; }
};
const Registered<Flatten> registered_flatten;

}  // namespace

Tensor flatten(const Tensor& x, int first, int last) {
  if (x.rank() > 0 && check_axis(Flatten::name, first, x.rank()) == check_axis(Flatten::name, last, x.rank()))
    return x;
  return make<Flatten>({first, last}, x);
}

}  // namespace luge
