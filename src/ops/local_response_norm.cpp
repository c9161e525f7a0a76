// local_response_norm: x over a power of the mean square of neighboring channels (Krizhevsky et al. 2012,
// ONNX LRN). The mean is an average pooling along the channels.
#include <fmt/format.h>

#include "luge/ops/math.h"
#include "luge/ops/pooling.h"
#include "luge/ops/sample_normalization.h"
#include "luge/ops/shape.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {

Tensor local_response_norm(const Tensor& x, const LocalResponseNormOptions& o) {
  const Type type{x.dtype(), x.shape()};
  check_float("local_response_norm", type);
  check_rank_between("local_response_norm", "input", type, 2, Shape::max_rank);
  if (o.size < 1)
    throw ValueError(fmt::format("local_response_norm: size is {}; expected 1 or more", o.size));
  if (!(o.bias > 0))
    throw ValueError(fmt::format("local_response_norm: bias is {}; expected a number above 0", o.bias));
  return in_accumulator(x, [&](const Tensor& wide) {
    // [N,C,…] as an image [N,1,C,rest] of one channel.
    const Tensor columns = wide.rank() == 2 ? unsqueeze(wide, -1) : flatten(wide, 2);
    const PoolOptions window{.kernel = {o.size, 1},
                             .stride = 1,
                             .padding = Padding({(o.size - 1) / 2, 0}, {o.size / 2, 0}),
                             .count_include_pad = true};
    const Tensor means = squeeze(avg_pool2d(unsqueeze(square(columns), 1), window), 1);
    return wide * pow(o.bias + o.alpha * reshape_like(means, wide), -o.beta);
  });
}

}  // namespace luge
