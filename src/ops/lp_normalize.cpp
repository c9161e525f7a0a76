// lp_normalize: x over its p-norm along an axis (PyTorch functional.normalize).
#include <fmt/format.h>

#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sample_normalization.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {

Tensor lp_normalize(const Tensor& x, double p, std::int64_t axis, double epsilon) {
  check_float("lp_normalize", {x.dtype(), x.shape()});
  const int along = check_axis("lp_normalize", axis, x.rank());
  if (!(p >= 0)) throw ValueError(fmt::format("lp_normalize: p is {}; expected 0 or more", p));
  if (!(epsilon > 0))
    throw ValueError(fmt::format("lp_normalize: epsilon is {}; expected a number above 0", epsilon));
  return in_accumulator(
      x, [&](const Tensor& wide) { return wide / maximum(norm(wide, p, along, keep_dims), epsilon); });
}

}  // namespace luge
