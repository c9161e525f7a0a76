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
  const int place = check_axis("cumprod", axis, x.rank());
  if (options.reverse) return flip(cumprod(flip(x, place), place, {.exclusive = options.exclusive}), place);
  const Tensor first = equal(iota_like(x, place), 0);
  const Tensor product = linear_recurrence(where(first, 1, x), where(first, x, 0), place);
  if (!options.exclusive) return product;
  return slice(pad(product, {{place, 1, 0}}, {.value = 1}), {.axis = place, .stop = -1});
}

}  // namespace luge
