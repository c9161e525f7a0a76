// softmin: the softmax of -x (PyTorch functional.softmin).
#include "luge/ops/activation.h"
#include "luge/ops/math.h"
#include "luge/ops/squashing.h"
#include "ops/checks.h"

namespace luge {

Tensor softmin(const Tensor& x, std::int64_t axis) {
  check_float("softmin", {x.dtype(), x.shape()});
  return softmax(-x, check_axis("softmin", axis, x.rank()));
}

}  // namespace luge
