#include "ops/adaptive_pool.h"

#include <fmt/format.h>

#include "ops/checks.h"
#include "ops/window_checks.h"

namespace luge {

Shape adaptive_shape(std::string_view op, const AdaptivePoolAttributes& a, const Type& x) {
  check_number(op, x);
  check_rank_between(op, "input", x, 3, 5);
  const int spatial = x.shape.rank() - 2;
  check_per_axis(op, "output", a.output, spatial, 1);
  Shape y{x.shape[0], x.shape[1]};
  for (int k = 0; k < spatial; ++k) {
    const std::int64_t in = x.shape[k + 2], out = a.output[static_cast<std::size_t>(k)];
    std::int64_t unused = 0;
    if (in == 0) {
      throw ShapeError(fmt::format("{}: input {} has no elements on axis {}; expected 1 or more", op,
                                   x.shape.to_string(), k + 2));
    }
    // Positions of windows are counted as output · input.
    if (out == std::numeric_limits<std::int64_t>::max() ||
        __builtin_mul_overflow(out + 1, std::max<std::int64_t>(in, 2), &unused)) {
      throw ShapeError(fmt::format("{}: {} windows over axis {} of {} overflow 64 bits", op, out, k + 2,
                                   x.shape.to_string()));
    }
    y = y.appended(out);
  }
  product(op, y, 0, y.rank());
  return y;
}

AdaptivePoolAttributes adaptive_attributes(std::string_view op, int spatial, const Tensor& x,
                                           const PerAxis& output) {
  if (x.rank() != spatial + 2) {
    throw ShapeError(fmt::format("{}: input {} has {} axes; expected {} ([N,C] and {} spatial)", op,
                                 x.shape().to_string(), x.rank(), spatial + 2, spatial));
  }
  if (output.values.empty())
    throw ValueError(
        fmt::format("{}: output is empty; expected one extent, or one for each spatial axis", op));
  return {per_axis(output, spatial, 1)};
}

AdaptiveWindows::AdaptiveWindows(const AdaptivePoolAttributes& a, const Shape& x) {
  const std::size_t spatial = a.output.size();
  for (std::size_t k = 0; k < spatial; ++k) {
    in[3 - spatial + k] = x[static_cast<int>(k) + 2];
    out[3 - spatial + k] = a.output[k];
  }
}

std::int64_t AdaptiveWindows::elements(const Position& at) const {
  std::int64_t count = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) count *= end(axis, at[axis]) - begin(axis, at[axis]);
  return count;
}

}  // namespace luge
