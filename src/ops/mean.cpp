// mean: sum / count.
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/checks.h"

namespace luge {

Tensor mean(const Tensor& x, const Axes& axes, Keep keep) {
  check_float("mean", {x.dtype(), x.shape()});
  return sum(x, axes, keep) / count(x, axes, x.dtype());
}

}  // namespace luge
