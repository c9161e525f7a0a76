// group_norm: groups of channels of each sample to mean 0 and variance 1 (Wu and He 2018); instance_norm has
// one channel in each group (Ulyanov et al. 2016).
#include <fmt/format.h>

#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sample_normalization.h"
#include "luge/ops/shape.h"
#include "ops/batch_norm.h"
#include "ops/centered.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {
namespace {

void check_of_channels(std::string_view op, const Type& x, const Tensor& each) {
  if (!each.defined()) return;
  const Type type{each.dtype(), each.shape()};
  check_same_dtype(op, x, type);
  check_rank(op, "scale or shift", type, 1);
  check_extent(op, "scale or shift", type, 0, x.shape[1]);
}

}  // namespace

Tensor standardized(const Tensor& x, const Axes& axes, double epsilon) {
  const Tensor centered = x - mean(x, axes, keep_dims);
  const Tensor scale = overflow_scale(centered, axes), small = centered / scale;
  return small * rsqrt(mean(square(small), axes, keep_dims) + epsilon / scale / scale);
}

Tensor scaled_channels(std::string_view op, const Tensor& y, DType dtype, const Tensor& scale,
                       const Tensor& shift) {
  const Type type{dtype, y.shape()};
  check_of_channels(op, type, scale), check_of_channels(op, type, shift);
  Tensor result = y;
  if (scale.defined()) result = result * per_channel(to_accumulator(scale), y);
  if (shift.defined()) result = result + per_channel(to_accumulator(shift), y);
  return cast(result, dtype);
}

Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& scale, const Tensor& shift,
                  double epsilon) {
  const Type type{x.dtype(), x.shape()};
  check_float("group_norm", type);
  check_epsilon("group_norm", epsilon);
  check_rank_between("group_norm", "input", type, 2, Shape::max_rank - 1);
  const std::int64_t channels = x.extent(1);
  if (groups < 1) throw ValueError(fmt::format("group_norm: groups is {}; expected 1 or more", groups));
  if (channels == unknown || channels % groups != 0) {
    throw ShapeError(fmt::format("group_norm: the channels of {} cannot be cut into {} groups of one size",
                                 type.to_string(), groups));
  }
  const Tensor wide = to_accumulator(x);
  const Tensor cut = unflatten(wide, 1, Shape{groups, channels / groups});
  const Tensor normal = reshape_like(standardized(cut, from(2), epsilon), wide);
  return scaled_channels("group_norm", normal, x.dtype(), scale, shift);
}

Tensor instance_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, double epsilon) {
  const Type type{x.dtype(), x.shape()};
  check_float("instance_norm", type);
  check_epsilon("instance_norm", epsilon);
  check_rank_between("instance_norm", "input", type, 3, Shape::max_rank);
  const Tensor normal = standardized(to_accumulator(x), from(2), epsilon);
  return scaled_channels("instance_norm", normal, x.dtype(), scale, shift);
}

}  // namespace luge
