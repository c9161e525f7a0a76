#include "ops/wide.h"

#include <algorithm>

#include "luge/ops/compare.h"
#include "luge/ops/reduce.h"

namespace luge {
namespace {

// Squares of numbers below this, and sums of 2^40 of them, are finite; those above its inverse are normal.
double edge_of(DType dtype) { return dtype == f64 ? 0x1p400 : 0x1p40; }

// No elements have no largest one.
bool is_empty(const Tensor& x, const Axes& axes) {
  const auto list = axes.resolve("square", x.rank());
  return std::any_of(list.begin(), list.end(),
                     [&](std::int64_t axis) { return x.shape()[static_cast<int>(axis)] == 0; });
}

Tensor largest_of(const Tensor& x, const Axes& axes) { return stop_gradient(max(abs(x), axes, keep_dims)); }

}  // namespace

Tensor square_scale(const Tensor& x, const Axes& axes) {
  if (is_empty(x, axes)) return ones({}, x.dtype());
  const double edge = edge_of(x.dtype());
  const Tensor largest = largest_of(x, axes);
  const Tensor extreme = logical_or(logical_and(greater(largest, edge), isfinite(largest)),
                                    logical_and(less(largest, 1 / edge), greater(largest, 0)));
  return where(extreme, largest, 1);
}

Tensor overflow_scale(const Tensor& x, const Axes& axes) {
  if (is_empty(x, axes)) return ones({}, x.dtype());
  const Tensor largest = largest_of(x, axes);
  return where(logical_and(greater(largest, edge_of(x.dtype())), isfinite(largest)), largest, 1);
}

}  // namespace luge
