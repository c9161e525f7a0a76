// lp_pool, global_lp_pool: (Σ |x|^p)^(1/p) of every window, or of the whole image (ONNX LpPool,
// GlobalLpPool). Elements are divided by the largest of their channel where their powers would overflow or
// vanish.
#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/pooling.h"
#include "luge/ops/reduce.h"
#include "ops/checks.h"
#include "ops/pool.h"
#include "ops/wide.h"

namespace luge {
namespace {

void check_power(std::string_view op, double p) {
  if (!(p > 0)) throw ValueError(fmt::format("{}: p is {}; expected a number above 0", op, p));
}

// f(x) where x is not 0, else 0, with no gradient at 0.
Tensor away_from_zero(const Tensor& x, const std::function<Tensor(const Tensor&)>& f) {
  const Tensor zero = equal(x, 0);
  return where(zero, 0, f(where(zero, 1, x)));
}

Tensor lp_pool(int spatial, const Tensor& x, double p, const PoolOptions& options) {
  const auto op = fmt::format("lp_pool{}d", spatial);
  check_float(op, {x.dtype(), x.shape()});
  check_power(op, p);
  const PoolAttributes a = pool_attributes(op, spatial, x, options);
  if (std::isinf(p)) return maximum(make_max_pool(a, abs(x))[0], 0);  // a window may lie in the padding whole
  return in_accumulator(x, [&](const Tensor& wide) {
    if (p == 1) return make_sum_pool(a, abs(wide));
    const Tensor scale = square_scale(wide, from(2)), small = wide / scale;
    const Tensor powers =
        p == 2 ? square(small) : away_from_zero(abs(small), [p](const Tensor& each) { return pow(each, p); });
    const auto root = [p](const Tensor& sum) { return p == 2 ? sqrt(sum) : pow(sum, 1 / p); };
    return away_from_zero(make_sum_pool(a, powers), root) * scale;
  });
}

}  // namespace

Tensor lp_pool1d(const Tensor& x, double p, const PoolOptions& options) { return lp_pool(1, x, p, options); }
Tensor lp_pool2d(const Tensor& x, double p, const PoolOptions& options) { return lp_pool(2, x, p, options); }
Tensor lp_pool3d(const Tensor& x, double p, const PoolOptions& options) { return lp_pool(3, x, p, options); }

Tensor global_lp_pool(const Tensor& x, double p) {
  check_rank_between("global_lp_pool", "input", {x.dtype(), x.shape()}, 3, Shape::max_rank);
  check_power("global_lp_pool", p);
  return norm(x, p, from(2), keep_dims);
}

}  // namespace luge
