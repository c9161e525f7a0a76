// squeeze: without axes of extent 1.
#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct SqueezeAttributes {
  std::vector<std::int64_t> axes;
  static void fields(auto& self, auto&& field) { field("axes", self.axes); }
};

struct Squeeze : Op<Squeeze, SqueezeAttributes> {
  static constexpr auto name = "squeeze";
  static constexpr Traits traits{.alias = true, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    Shape result = in[0].shape;
    const std::vector<std::int64_t> list = check_axes(name, axes, result.rank());
    for (auto axis = list.rbegin(); axis != list.rend(); ++axis) {
      check_extent(name, "input", in[0], static_cast<int>(*axis), 1);
      result = result.without(static_cast<int>(*axis));
    }
    return {Type{in[0].dtype, result}};
  }
  Tensors gradient(const GradientCall& c) const { return {unsqueeze(c.g[0], Axes(axes))}; }
};
const Registered<Squeeze> registered_squeeze;

}  // namespace

Tensor squeeze(const Tensor& x, const Axes& axes) {
  std::vector<std::int64_t> list = axes.resolve(Squeeze::name, x.rank());
  if (axes.all())
    std::erase_if(list, [&](std::int64_t axis) { return x.shape()[static_cast<int>(axis)] != 1; });
  if (list.empty()) return x;
  return make<Squeeze>({list}, x);
}

}  // namespace luge
