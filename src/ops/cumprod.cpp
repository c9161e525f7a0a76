// cumprod: running product along an axis, as the recurrence y[k] = x[k]·y[k-1] that starts from the first
// element.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {

Tensor cumprod(const Tensor& x, int axis, CumulativeOptions options) {
  check_number("cumprod", {x.dtype(), x.shape()});
  const int along = check_axis("cumprod", axis, x.rank());
  if (options.reverse) return flip(cumprod(flip(x, along), along, {.exclusive = options.exclusive}), along);
  const Tensor first = equal(iota_like(x, along), 0);
  const Tensor product = linear_recurrence(where(first, 1, x), where(first, x, 0), along);
  if (!options.exclusive) return product;
  return slice(pad(product, {{along, 1, 0}}, {.value = 1}), {.axis = along, .stop = -1});
}

}  // namespace luge
