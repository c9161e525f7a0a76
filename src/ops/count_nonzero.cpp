// count_nonzero, any, all: the number of true elements, whether one is true, whether all are true.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "ops/checks.h"

namespace luge {

Tensor count_nonzero(const Tensor& x, const Axes& axes, Keep keep) {
  return sum(cast(x.dtype() == boolean ? x : not_equal(x, 0), i64), axes, keep);
}

Tensor any(const Tensor& x, const Axes& axes, Keep keep) {
  check_bool("any", {x.dtype(), x.shape()});
  return not_equal(count_nonzero(x, axes, keep), 0);
}

Tensor all(const Tensor& x, const Axes& axes, Keep keep) {
  check_bool("all", {x.dtype(), x.shape()});
  return equal(count_nonzero(logical_not(x), axes, keep), 0);
}

}  // namespace luge
