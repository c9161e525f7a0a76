// global_max_pool: the largest element of each channel of the whole image (ONNX GlobalMaxPool).
#include "luge/ops/pooling.h"
#include "luge/ops/reduce.h"
#include "ops/checks.h"

namespace luge {

Tensor global_max_pool(const Tensor& x) {
  check_rank_between("global_max_pool", "input", {x.dtype(), x.shape()}, 3, Shape::max_rank);
  check_number("global_max_pool", {x.dtype(), x.shape()});
  return max(x, from(2), keep_dims);
}

}  // namespace luge
