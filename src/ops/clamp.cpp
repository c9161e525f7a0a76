// clamp: x limited to an interval. Comparisons, not minimum and maximum, so that x keeps the whole gradient
// at a bound.
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {

Tensor clamp_min(const Tensor& x, const Operand& low) {
  const auto [value, bound] = operand_tensors("clamp_min", x, low);
  return where(less(value, bound), bound, value);
}

Tensor clamp_max(const Tensor& x, const Operand& high) {
  const auto [value, bound] = operand_tensors("clamp_max", x, high);
  return where(greater(value, bound), bound, value);
}

Tensor clamp(const Tensor& x, const Operand& low, const Operand& high) {
  return clamp_max(clamp_min(x, low), high);
}

}  // namespace luge
