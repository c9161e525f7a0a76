// var, std: mean squared distance from the mean, and its root. Distances too large or too small to be squared
// are divided by the largest of them first.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {
namespace {

// The distances over their scale: the mean of their squares, and the scale, with the axes kept.
struct Scaled {
  Tensor variance, scale;
};
Scaled scaled_variance(const Tensor& x, const Axes& axes, double correction) {
  const Tensor centered = x - mean(x, axes, keep_dims);
  const Tensor scale = square_scale(centered, axes);
  const Tensor squares = sum(square(centered / scale), axes, keep_dims);
  return {squares / maximum(count(x, axes, x.dtype()) - correction, 0), scale};
}

Tensor kept(std::string_view op, const Tensor& result, const Axes& axes, Keep keep) {
  return keep == Keep::yes ? result : squeeze(result, Axes(axes.resolve(op, result.rank())));
}

}  // namespace

Tensor var(const Tensor& x, const Axes& axes, Keep keep, double correction) {
  check_float("var", {x.dtype(), x.shape()});
  return in_accumulator(x, [&](const Tensor& wide) {
    const auto [variance, scale] = scaled_variance(wide, axes, correction);
    return kept("var", variance * scale * scale, axes, keep);
  });
}

Tensor std(const Tensor& x, const Axes& axes, Keep keep, double correction) {
  check_float("std", {x.dtype(), x.shape()});
  return in_accumulator(x, [&](const Tensor& wide) {
    const auto [variance, scale] = scaled_variance(wide, axes, correction);
    const Tensor zero = equal(variance, 0);  // the root's slope there is infinite; 0 is taken
    return kept("std", where(zero, 0, sqrt(where(zero, 1, variance))) * scale, axes, keep);
  });
}

}  // namespace luge
