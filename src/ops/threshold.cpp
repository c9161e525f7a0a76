// threshold: x where x > at, else a value (PyTorch functional.threshold).
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/rectifiers.h"
#include "ops/checks.h"

namespace luge {

Tensor threshold(const Tensor& x, double at, double value) {
  check_float("threshold", {x.dtype(), x.shape()});
  return where(less_equal(x, at), value, x);
}

}  // namespace luge
