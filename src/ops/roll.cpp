// roll, flip: elements moved around an axis, and axes reversed.
#include "luge/ops/index.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/positions.h"

namespace luge {

Tensor roll(const Tensor& x, std::int64_t shift, int axis) {
  const int along = check_axis("roll", axis, x.rank());
  const Tensor extent = count(x, along), by = remainder(full({}, shift, i64), extent);
  return take(x, remainder(positions(x, along) - by, extent), along);
}

Tensor flip(const Tensor& x, const Axes& axes) {
  Tensor result = x;
  for (std::int64_t axis : axes.resolve("flip", x.rank())) {
    result = slice(result, {.axis = static_cast<int>(axis), .start = SliceOptions::end, .step = -1});
  }
  return result;
}

}  // namespace luge
