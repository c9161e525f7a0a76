// spatial_dropout, drop_path, gaussian_dropout, gaussian_noise and alpha_dropout: composed from dropout and
// random_uniform.
#include "luge/ops/noise.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "graph/trace.h"
#include "luge/error.h"
#include "luge/ops/compare.h"
#include "luge/ops/dropout.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/random_uniform.h"
#include "ops/wide.h"

namespace luge {
namespace {

void check_rate(std::string_view op, const Tensor& x, double rate, bool with_1) {
  check_float(op, {x.dtype(), x.shape()});
  if (!(rate >= 0 && (with_1 ? rate <= 1 : rate < 1)))
    throw ValueError(fmt::format("{}: rate is {}; expected 0 to 1{}", op, rate, with_1 ? "" : ", below 1"));
}

// One draw for all elements beyond the first `axes` axes. What is dropped is 0 even where it is not finite.
Tensor dropped_together(const Tensor& x, double rate, int axes) {
  if (axes == x.rank()) return dropout(x, rate);
  const Tensor kept = dropout(ones_like(sum(to_accumulator(x), from(axes))), rate);
  Tensor each = kept;
  while (each.rank() < x.rank()) each = unsqueeze(each, -1);
  return where(greater(each, 0), x * cast(each, x.dtype()), 0);
}

// Normal numbers of mean 0 and variance 1 (Box and Muller), in the accumulator's dtype.
Tensor normal_like(const Tensor& x) {
  const Tensor wide = to_accumulator(x);
  const Tensor radius = sqrt(-2 * log(1 - random_uniform(next_key(), wide)));
  return radius * cos(2 * std::numbers::pi * random_uniform(next_key(), wide));
}

}  // namespace

Tensor spatial_dropout(const Tensor& x, double rate) {
  check_rate("spatial_dropout", x, rate, true);
  check_rank_between("spatial_dropout", "input", {x.dtype(), x.shape()}, 2, Shape::max_rank);
  return dropped_together(x, rate, 2);
}

Tensor drop_path(const Tensor& x, double rate) {
  check_rate("drop_path", x, rate, true);
  check_rank_between("drop_path", "input", {x.dtype(), x.shape()}, 1, Shape::max_rank);
  return dropped_together(x, rate, 1);
}

Tensor gaussian_dropout(const Tensor& x, double rate) {
  check_rate("gaussian_dropout", x, rate, false);
  const double deviation = std::sqrt(rate / (1 - rate));
  return in_accumulator(x, [&](const Tensor& wide) { return wide * (1 + deviation * normal_like(wide)); });
}

Tensor gaussian_noise(const Tensor& x, double deviation) {
  check_float("gaussian_noise", {x.dtype(), x.shape()});
  if (!(deviation >= 0))
    throw ValueError(fmt::format("gaussian_noise: deviation is {}; expected 0 or more", deviation));
  return in_accumulator(x, [&](const Tensor& wide) { return wide + deviation * normal_like(wide); });
}

Tensor alpha_dropout(const Tensor& x, double rate) {
  check_rate("alpha_dropout", x, rate, false);
  constexpr double limit = -1.0507009873554804934 * 1.6732632423543772848;  // of selu for x to -infinity
  const double keep = 1 - rate, scale = 1 / std::sqrt(keep + limit * limit * keep * rate);
  return in_accumulator(x, [&](const Tensor& wide) {
    const Tensor kept = less(random_uniform(next_key(), wide), keep);
    return scale * where(kept, wide, limit) - scale * rate * limit;
  });
}

}  // namespace luge
