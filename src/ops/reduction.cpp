#include "ops/reduction.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/wide.h"

namespace luge {

std::vector<std::int64_t> Axes::resolve(std::string_view op, int rank) const {
  std::vector<std::int64_t> listed = axes_;
  if (kind_ == Kind::listed) return check_axes(op, listed, rank);
  const int first = kind_ == Kind::all ? 0 : check_axis(op, axes_[0], rank);
  listed.resize(static_cast<std::size_t>(rank - first));
  std::iota(listed.begin(), listed.end(), first);
  return listed;
}

Shape reduced_shape(const Shape& shape, std::span<const std::int64_t> axes, bool keep) {
  Shape result = shape;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    result = keep ? result.with(static_cast<int>(*axis), 1) : result.without(static_cast<int>(*axis));
  }
  return result;
}

Types reduced_types(std::string_view op, const Types& in, const ReduceAttributes& attributes,
                    bool needs_elements) {
  check_inputs(op, in, 1);
  check_number(op, in[0]);
  const std::vector<std::int64_t> axes = check_axes(op, attributes.axes, in[0].shape.rank());
  const Shape result = reduced_shape(in[0].shape, axes, attributes.keep_dims);
  const bool some = std::find(result.begin(), result.end(), 0) == result.end();
  for (std::int64_t axis : axes) {
    if (needs_elements && some && in[0].shape[static_cast<int>(axis)] == 0) {
      throw ShapeError(fmt::format("{}: {} has no elements along axis {}; {} needs at least one", op,
                                   in[0].to_string(), axis, op));
    }
  }
  return {Type{in[0].dtype, result}};
}

Tensor restore_axes(const Tensor& reduced, const ReduceAttributes& attributes) {
  if (attributes.keep_dims || attributes.axes.empty()) return reduced;
  return unsqueeze(reduced, Axes(attributes.axes));
}

Tensor gradient_of_extremes(const Tensor& g, const Tensor& x, const Tensor& extreme,
                            const ReduceAttributes& attributes) {
  return in_accumulator(g, [&](const Tensor& wide) {
    const Tensor winners = cast(equal(x, restore_axes(extreme, attributes)), wide.dtype());
    return winners * (restore_axes(wide, attributes) / sum(winners, Axes(attributes.axes), Keep::yes));
  });
}

ReduceAttributes reduce_attributes(std::string_view op, const Tensor& x, const Axes& axes, Keep keep) {
  return {axes.resolve(op, x.rank()), keep == Keep::yes};
}

ReductionWalk::ReductionWalk(const Shape& shape, std::span<const std::int64_t> axes) {
  std::array<std::int64_t, Shape::max_rank> strides{};
  std::int64_t step = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<std::size_t>(axis)] = step;
    step *= shape[axis];
  }
  for (int axis = 0; axis < shape.rank(); ++axis) {
    Walk& walk = std::find(axes.begin(), axes.end(), axis) != axes.end() ? reduced : kept;
    const auto k = static_cast<std::size_t>(walk.rank++);
    walk.extents[k] = shape[axis];
    walk.strides[k] = strides[static_cast<std::size_t>(axis)];
    walk.count *= shape[axis];
  }
}

}  // namespace luge
