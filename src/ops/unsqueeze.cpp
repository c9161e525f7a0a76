// unsqueeze: with new axes of extent 1, placed as they count in the result.
#include <fmt/format.h>

#include "graph/op_registry.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {
namespace {

struct UnsqueezeAttributes {
  std::vector<std::int64_t> axes;  // of the result
  static void fields(auto& self, auto&& field) { field("axes", self.axes); }
};

int rank_after(const Shape& shape, std::size_t fresh) {
  const int rank = shape.rank() + static_cast<int>(fresh);
  if (rank > Shape::max_rank) {
    throw ShapeError(fmt::format("unsqueeze: {} with {} more axes has {}, expected at most {}",
                                 shape.to_string(), fresh, rank, Shape::max_rank));
  }
  return rank;
}

struct Unsqueeze : Op<Unsqueeze, UnsqueezeAttributes> {
  static constexpr auto name = "unsqueeze";
  static constexpr Traits traits{.alias = true, .narrowing = Narrowing::follows};

  Types infer(const Types& in) const {
    check_inputs(name, in, 1);
    Shape result = in[0].shape;
    for (std::int64_t axis : check_axes(name, axes, rank_after(result, axes.size()))) {
      result = result.inserted(static_cast<int>(axis), 1);
    }
    return {Type{in[0].dtype, result}};
  }
  Tensors gradient(const GradientCall& c) const { return {squeeze(c.g[0], Axes(axes))}; }
};
const Registered<Unsqueeze> registered_unsqueeze;

}  // namespace

Tensor unsqueeze(const Tensor& x, const Axes& axes) {
  if (axes.all()) return x;
  const std::vector<std::int64_t> list = axes.resolve(Unsqueeze::name, rank_after(x.shape(), axes.size()));
  if (list.empty()) return x;
  return make<Unsqueeze>({list}, x);
}

}  // namespace luge
