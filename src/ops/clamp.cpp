// clamp: x limited to an interval. Comparisons, not minimum and maximum, so that x keeps the whole gradient
// at a bound.
#include <cmath>

#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "ops/elementwise.h"

namespace luge {

namespace {

// A bound that is NaN limits nothing: the result is NaN, as PyTorch's is. Numbers are checked here, tensors
// where they are compared.
Tensor limited(const Operand& given, const Tensor& outside, const Tensor& bound, const Tensor& value) {
  const bool may_be_nan =
      is_floating(bound.dtype()) && (!given.is_number() || std::isnan(given.number().real()));
  return where(may_be_nan ? logical_or(outside, isnan(bound)) : outside, bound, value);
}

}  // namespace

Tensor clamp_min(const Tensor& x, const Operand& low) {
  const auto [value, bound] = operand_tensors("clamp_min", x, low);
  return limited(low, less(value, bound), bound, value);
}

Tensor clamp_max(const Tensor& x, const Operand& high) {
  const auto [value, bound] = operand_tensors("clamp_max", x, high);
  return limited(high, greater(value, bound), bound, value);
}

Tensor clamp(const Tensor& x, const Operand& low, const Operand& high) {
  return clamp_max(clamp_min(x, low), high);
}

}  // namespace luge
