// logsumexp: log Σ exp x. The largest element is taken out first, so that nothing overflows; it cancels, so
// no gradient needs to pass through it.
#include <algorithm>
#include <limits>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
}  // namespace

Tensor logsumexp(const Tensor& x, const Axes& axes, Keep keep) {
  check_float("logsumexp", {x.dtype(), x.shape()});
  const std::vector<std::int64_t> list = axes.resolve("logsumexp", x.rank());
  const bool empty = std::any_of(list.begin(), list.end(),
                                 [&](auto axis) { return x.shape()[static_cast<int>(axis)] == 0; });
  if (empty) return log(sum(exp(x), axes, keep));  // of nothing: -infinity
  const Tensor result = in_accumulator(x, [&](const Tensor& wide) {
    const Tensor largest = stop_gradient(max(wide, axes, keep_dims));
    const Tensor shift = where(isfinite(largest), largest, 0);  // infinity - infinity would be NaN
    const Tensor total = sum(exp(wide - shift), axes, keep_dims);
    const Tensor nothing = equal(total, 0);  // all -infinity: so is the result, and it depends on no element
    return where(nothing, -infinity, log(where(nothing, 1, total)) + shift);
  });
  return keep == Keep::yes ? result : squeeze(result, Axes(list));
}

}  // namespace luge
