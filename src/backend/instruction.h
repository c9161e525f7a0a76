// The small set of elementwise instructions. An elementwise op names one; the bodies belong to the backends.
#pragma once

#include <cstdint>
#include <string_view>

namespace luge {

// clang-format off
enum class Instruction : std::uint8_t {
  none,
  // one operand
  copy, cast, neg, abs, sign, sqrt, rsqrt, exp, expm1, log, log1p, log2, square, reciprocal, floor, ceil, round, trunc,
  sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, erf, erfc, sigmoid, relu,
  logical_not, isnan, isinf, isfinite,
  // two operands; mod has the sign of the dividend (C's fmod), remainder and floor_divide that of the divisor (Python's)
  add, sub, mul, div, mod, remainder, floor_divide, minimum, maximum, pow, atan2,
  equal, not_equal, less, less_equal, greater, greater_equal, logical_and, logical_or, logical_xor,
  // three operands: where(condition, a, b)
  select,
  // relu's gradient: g where y > 0, else 0 (operands g, y)
  relu_mask,
  // a uniform number in [0,1) from a key (i64[2]) and the element's row-major index (operand: key)
  random_uniform,
};
// clang-format on

std::string_view name(Instruction instruction);
/// Number of operands.
int arity(Instruction instruction);

}  // namespace luge
