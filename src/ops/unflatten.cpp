// unflatten: one axis as several.
#include <fmt/format.h>

#include <algorithm>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct UnflattenAttributes {
  std::int64_t axis = 0;
  Shape extents;  // one may be -1
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis);
    field("extents", self.extents);
  }
};

struct Unflatten : Op<Unflatten, UnflattenAttributes> {
  static constexpr auto name = "unflatten";
  static constexpr Traits traits{.alias = true, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    const int along = check_axis(name, axis, in[0].shape.rank());
    const Shape found = resolved(in[0], along);
    Shape result = in[0].shape.without(along);
    for (int k = 0; k < found.rank(); ++k) result = result.inserted(along + k, found[k]);
    return {Type{in[0].dtype, result}};
  }
  Tensors gradient(const GradientCall& c) const { return {reshape_like(c.g[0], c.in[0])}; }

 private:
  // The extents with the open one found, where the axis is known.
  Shape resolved(const Type& x, int along) const {
    const auto open = std::find(extents.begin(), extents.end(), unknown);
    const bool is_open = open != extents.end();
    if (is_open && std::find(open + 1, extents.end(), unknown) != extents.end()) {
      throw ShapeError("unflatten: two extents of -1, expected at most one");
    }
    const int at = static_cast<int>(open - extents.begin());
    const Shape given = is_open ? extents.without(at) : extents;
    const std::int64_t have = x.shape[along], rest = product(name, given, 0, given.rank());
    if (have < 0) return extents;
    if (is_open ? rest == 0 || have % rest != 0 : rest != have) {
      throw ShapeError(fmt::format("unflatten: axis {} of {} has extent {}, which is not {}{}", along,
                                   x.to_string(), have, is_open ? "a multiple of " : "", rest));
    }
    return is_open ? extents.with(at, have / rest) : extents;
  }
};
const Registered<Unflatten> registered_unflatten;

}  // namespace

Tensor unflatten(const Tensor& x, int axis, const Shape& extents) {
  return make<Unflatten>({axis, extents}, x);
}

}  // namespace luge
