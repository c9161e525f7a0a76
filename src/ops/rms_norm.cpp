// rms_norm: the last axes divided by the root of their mean square (Zhang and Sennrich 2019).
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/sample_normalization.h"
#include "ops/batch_norm.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {

Tensor rms_norm(const Tensor& x, const Tensor& scale, int axis, double epsilon) {
  const Type type{x.dtype(), x.shape()};
  check_float("rms_norm", type);
  check_epsilon("rms_norm", epsilon);
  const int first = check_axis("rms_norm", axis, x.rank());
  if (scale.defined()) {
    const Type each{scale.dtype(), scale.shape()};
    check_same_dtype("rms_norm", type, each);
    check_rank("rms_norm", "scale", each, x.rank() - first);
    for (int k = first; k < x.rank(); ++k) check_extent("rms_norm", "scale", each, k - first, x.extent(k));
  }
  return in_accumulator(x, [&](const Tensor& wide) {
    const Axes last = from(first);
    const Tensor large = overflow_scale(wide, last), small = wide / large;
    const Tensor y = small * rsqrt(mean(square(small), last, keep_dims) + epsilon / large / large);
    return scale.defined() ? y * to_accumulator(scale) : y;
  });
}

}  // namespace luge
