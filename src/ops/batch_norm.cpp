// batch_norm: each channel with the mean and variance of the batch (Ioffe and Szegedy 2015). Mean and
// variance are residuals for batch_norm_backward and outputs for running statistics.
#include "ops/batch_norm.h"

#include <fmt/format.h>

#include <array>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/normalization.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {
namespace {

Axes all_but_channels(const Tensor& x) {
  std::vector<std::int64_t> axes = {0};
  for (int axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
  return Axes(axes);
}

// Distances of x from its channels' means, over a scale that keeps their squares finite.
struct Distances {
  Tensor scale, small;
  Distances(const Tensor& x, const Tensor& mean) {
    const Tensor centered = x - per_channel(mean, x);
    scale = overflow_scale(centered, all_but_channels(x));
    if (scale.rank() > 0) scale = squeeze(scale, all_but_channels(x));
    small = centered / (scale.rank() > 0 ? per_channel(scale, x) : scale);
  }
  /// 1/√(variance + epsilon) of the distances before they were scaled, times the scale.
  Tensor inverse(const Tensor& variance, double epsilon) const {
    return rsqrt(variance + epsilon / scale / scale);
  }
};

struct BatchNorm : Op<BatchNorm, BatchNormAttributes> {
  static constexpr auto name = "batch_norm";
  static constexpr Traits traits{
      .cost = 4, .residuals_from = 1, .narrowing = Narrowing::rounds, .role = Role::forward};

  Types infer(const Types& in) const {
    check_inputs(name, in, 3);
    const Type statistics = statistics_type(check_channels(name, in[0], std::span(in).subspan(1)));
    return {in[0], statistics, statistics};
  }
  Tensors decompose(const Tensors& in) const {
    const Tensor& x = in[0];
    const Tensor average = mean(x, all_but_channels(x));
    const Distances d(x, average);
    const Tensor variance = mean(square(d.small), all_but_channels(x));
    const Tensor factor = in[1] * d.inverse(variance, epsilon);
    return {d.small * per_channel(factor, x) + per_channel(in[2], x), average, variance * d.scale * d.scale};
  }
  Tensors gradient(const GradientCall& c) const {
    return make_batch_norm_backward(*this, c.g[0], c.in[0], c.in[1], c.out[1], c.out[2]);
  }
};
const Registered<BatchNorm> registered_batch_norm;

// batch_norm_backward: the gradients of x, scale and shift from that of y.
struct BatchNormBackward : Op<BatchNormBackward, BatchNormAttributes> {
  static constexpr auto name = "batch_norm_backward";
  static constexpr Traits traits{.cost = 4, .narrowing = Narrowing::rounds, .role = Role::backward};

  Types infer(const Types& in) const {
    check_inputs(name, in, 5);
    check_same_dtype(name, in[0], in[1]);
    check_same_shape(name, "output gradient", in[0], "input", in[1]);
    const Type channels = check_channels(name, in[1], std::span(in).subspan(2, 1));
    check_statistics(name, in[1], std::span(in).subspan(3));
    return {in[1], channels, channels};
  }
  Tensors decompose(const Tensors& in) const {
    const Tensor &dy = in[0], &x = in[1], &variance = in[4];
    const Distances d(x, in[3]);
    const Tensor own = mean(square(d.small), all_but_channels(x));  // where that of x itself overflowed
    const Tensor inverse = d.inverse(where(isfinite(variance), variance / d.scale / d.scale, own), epsilon);
    const Tensor normal = d.small * per_channel(inverse, x);
    const Tensor dshift = channel_sum(dy), dscale = channel_sum(dy * normal);
    const Tensor n = count(x, all_but_channels(x), x.dtype());
    const Tensor rest = dy - per_channel(dshift / n, x) - normal * per_channel(dscale / n, x);
    return {rest * per_channel(in[2] * (inverse / d.scale), x), dscale, dshift};
  }
};
const Registered<BatchNormBackward> registered_backward_batch_norm;

}  // namespace

Type check_channels(std::string_view op, const Type& x, std::span<const Type> others) {
  check_float(op, x);
  check_rank_between(op, "input", x, 2, Shape::max_rank);
  std::int64_t channels = x.shape[1];
  for (const Type& other : others) {
    check_same_dtype(op, x, other);
    check_rank(op, "a value of each channel", other, 1);
    check_extent(op, "a value of each channel", other, 0, channels);
    channels = known_of(channels, other.shape[0]);
  }
  return {x.dtype, Shape{channels}};
}

Type statistics_type(const Type& channels) { return {accumulator(channels.dtype), channels.shape}; }

void check_statistics(std::string_view op, const Type& x, std::span<const Type> statistics) {
  for (const Type& each : statistics) {
    if (each.dtype != accumulator(x.dtype)) check_same_dtype(op, x, each);
    check_channels(op, x, std::array{Type{x.dtype, each.shape}});
  }
}

void check_epsilon(std::string_view op, double epsilon) {
  if (!(epsilon >= 0)) throw ValueError(fmt::format("{}: epsilon is {}; expected 0 or more", op, epsilon));
}

Tensor per_channel(const Tensor& value, const Tensor& x) {
  std::vector<std::int64_t> axes;
  for (int axis = 1; axis + 1 < x.rank(); ++axis) axes.push_back(axis);
  return axes.empty() ? value : unsqueeze(value, Axes(axes));
}

Tensor channel_sum(const Tensor& x) { return sum(x, all_but_channels(x)); }

Tensors make_batch_norm_backward(const BatchNormAttributes& a, const Tensor& dy, const Tensor& x,
                                 const Tensor& scale, const Tensor& mean, const Tensor& variance) {
  return make_all<BatchNormBackward>(a, dy, x, scale, mean, variance);
}

BatchNormed batch_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, double epsilon) {
  check_epsilon(BatchNorm::name, epsilon);
  const Tensors out = make_all<BatchNorm>({epsilon}, x, scale, shift);
  return {out[0], out[1], out[2]};
}

}  // namespace luge
