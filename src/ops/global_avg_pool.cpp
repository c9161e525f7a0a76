// global_avg_pool: the mean of each channel over the whole image (ONNX GlobalAveragePool).
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "ops/checks.h"
#include "ops/wide.h"

namespace luge {

Tensor global_avg_pool(const Tensor& x) {
  check_rank_between("global_avg_pool", "input", {x.dtype(), x.shape()}, 3, Shape::max_rank);
  check_float("global_avg_pool", {x.dtype(), x.shape()});
  // Divided before the sum, so that the whole step is over the image as convolutions lay it out.
  return in_accumulator(x, [](const Tensor& wide) {
    return sum(wide / count(wide, from(2), wide.dtype()), from(2), keep_dims);
  });
}

}  // namespace luge
