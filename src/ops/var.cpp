// var, std: mean squared distance from the mean, and its root.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/checks.h"

namespace luge {

Tensor var(const Tensor& x, const Axes& axes, Keep keep, double correction) {
  check_float("var", {x.dtype(), x.shape()});
  const Tensor squares = sum(square(x - mean(x, axes, keep_dims)), axes, keep);
  return squares / maximum(count(x, axes, x.dtype()) - correction, 0);
}

Tensor std(const Tensor& x, const Axes& axes, Keep keep, double correction) {
  const Tensor variance = var(x, axes, keep, correction);
  const Tensor zero = equal(variance, 0);  // the root's slope there is infinite; 0 is taken
  return where(zero, 0, sqrt(where(zero, 1, variance)));
}

}  // namespace luge
