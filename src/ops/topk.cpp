// topk: the first k of the order along an axis.
#include <fmt/format.h>

#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/exact_slice.h"

namespace luge {

Sorted topk(const Tensor& x, std::int64_t k, TopkOptions options) {
  const int axis = check_axis("topk", options.axis, x.rank());
  if (k < 0) throw ValueError(fmt::format("topk: k is {}, expected 0 or more", k));
  const Sorted sorted = sort(x, axis, {.descending = options.largest});
  return {exact_slice(sorted.values, axis, 0, k), exact_slice(sorted.indices, axis, 0, k)};
}

}  // namespace luge
