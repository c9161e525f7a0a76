// logsumexp: log Σ exp x. The largest element is taken out first, so that nothing overflows; it cancels, so
// no gradient needs to pass through it.
#include <algorithm>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {

Tensor logsumexp(const Tensor& x, const Axes& axes, Keep keep) {
  check_float("logsumexp", {x.dtype(), x.shape()});
  const std::vector<std::int64_t> list = axes.resolve("logsumexp", x.rank());
  const bool empty = std::any_of(list.begin(), list.end(),
                                 [&](auto axis) { return x.shape()[static_cast<int>(axis)] == 0; });
  if (empty) return log(sum(exp(x), axes, keep));  // of nothing: -infinity
  const Tensor largest = stop_gradient(max(x, axes, keep_dims));
  const Tensor shift = where(isfinite(largest), largest, 0);  // infinity - infinity would be NaN
  const Tensor result = log(sum(exp(x - shift), axes, keep_dims)) + shift;
  return keep == Keep::yes ? result : squeeze(result, Axes(list));
}

}  // namespace luge
