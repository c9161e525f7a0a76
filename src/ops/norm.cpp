// norm: (Σ |x|^p)^(1/p). Where it is 0 its gradient is 0, so roots and powers never see 0 there.
#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/checks.h"

namespace luge {
namespace {

// f(x) where x is not 0, else 0, with no gradient at 0.
Tensor away_from_zero(const Tensor& x, const std::function<Tensor(const Tensor&)>& f) {
  const Tensor zero = equal(x, 0);
  return where(zero, 0, f(where(zero, 1, x)));
}

}  // namespace

Tensor norm(const Tensor& x, double p, const Axes& axes, Keep keep) {
  check_float("norm", {x.dtype(), x.shape()});
  if (!(p >= 0)) throw ValueError(fmt::format("norm: p is {}, expected 0 or more", p));
  if (p == 0) return cast(count_nonzero(x, axes, keep), x.dtype());
  if (p == 1) return sum(abs(x), axes, keep);
  if (p == 2) return away_from_zero(sum(square(x), axes, keep), [](const Tensor& s) { return sqrt(s); });
  if (std::isinf(p)) return max(abs(x), axes, keep);
  const Tensor powers = away_from_zero(abs(x), [p](const Tensor& a) { return pow(a, p); });
  return away_from_zero(sum(powers, axes, keep), [p](const Tensor& s) { return pow(s, 1 / p); });
}

}  // namespace luge
