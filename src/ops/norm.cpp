// norm: (Σ |x|^p)^(1/p), of elements over the largest of them where their powers would overflow or vanish.
// Where it is 0 its gradient is 0, so roots and powers are never taken of 0.
#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {
namespace {

// f(x) where x is not 0, else 0, with no gradient at 0.
Tensor away_from_zero(const Tensor& x, const std::function<Tensor(const Tensor&)>& f) {
  const Tensor zero = equal(x, 0);
  return where(zero, 0, f(where(zero, 1, x)));
}

// With the axes kept; p is neither 0 nor infinite.
Tensor scaled_norm(const Tensor& x, double p, const Axes& axes) {
  const Tensor scale = square_scale(x, axes), small = x / scale;
  if (p == 2) {
    const auto root = [](const Tensor& s) { return sqrt(s); };
    return away_from_zero(sum(square(small), axes, keep_dims), root) * scale;
  }
  const Tensor powers = away_from_zero(abs(small), [p](const Tensor& a) { return pow(a, p); });
  return away_from_zero(sum(powers, axes, keep_dims), [p](const Tensor& s) { return pow(s, 1 / p); }) * scale;
}

}  // namespace

Tensor norm(const Tensor& x, double p, const Axes& axes, Keep keep) {
  check_float("norm", {x.dtype(), x.shape()});
  if (!(p >= 0)) throw ValueError(fmt::format("norm: p is {}, expected 0 or more", p));
  if (p == 0) return cast(count_nonzero(x, axes, keep), x.dtype());
  if (p == 1) return sum(abs(x), axes, keep);
  if (std::isinf(p)) return max(abs(x), axes, keep);
  const Tensor result = in_accumulator(x, [&](const Tensor& wide) { return scaled_norm(wide, p, axes); });
  return keep == Keep::yes ? result : squeeze(result, Axes(axes.resolve("norm", x.rank())));
}

}  // namespace luge
