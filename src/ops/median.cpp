// median: the middle of the order, the lower of two; NaN where there is one.
#include <fmt/format.h>

#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"

namespace luge {

Tensor median(const Tensor& x) { return median(flatten(x), 0); }

Tensor median(const Tensor& x, int axis, Keep keep) {
  check_number("median", {x.dtype(), x.shape()});
  const int along = check_axis("median", axis, x.rank());
  const Shape result = x.shape().without(along);
  if (x.shape()[along] == 0 && result.known() && result.elements() == 0) {  // there is none to find
    return zeros(keep == Keep::yes ? result.inserted(along, 1) : result, x.dtype());
  }
  if (x.shape()[along] == 0) {
    throw ShapeError(fmt::format("median: {} has no elements along axis {}", x.shape().to_string(), along));
  }
  const Tensor ordered = sort(x, along).values;
  Tensor middle = take(ordered, floor_divide(count(x, along) - 1, 2), along);
  if (is_floating(x.dtype())) {
    const Tensor last = select(ordered, along, -1);  // NaN is last
    middle = where(isnan(last), last, middle);
  }
  return keep == Keep::yes ? unsqueeze(middle, along) : middle;
}

}  // namespace luge
