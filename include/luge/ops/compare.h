// Comparisons and logic, element by element. The results are bool and have no gradient.
/// @file
/// Two inputs broadcast as in math.h. They must have one dtype, otherwise DTypeError; one of them may be a
/// number.
#pragma once

#include "luge/ops/operand.h"
#include "luge/tensor.h"

namespace luge {

/// Returns a = b. The dtype may be any; the result is false where a or b is NaN. Source: ONNX Equal.
Tensor equal(const Operand& a, const Operand& b);
/// Returns a ≠ b. The dtype may be any; the result is true where a or b is NaN. Source: NumPy not_equal.
Tensor not_equal(const Operand& a, const Operand& b);
/// Returns a < b, for numbers. The result is false where a or b is NaN. Source: ONNX Less.
Tensor less(const Operand& a, const Operand& b);
/// Returns a ≤ b, for numbers. The result is false where a or b is NaN. Source: ONNX LessOrEqual.
Tensor less_equal(const Operand& a, const Operand& b);
/// Returns a > b, for numbers. The result is false where a or b is NaN. Source: ONNX Greater.
Tensor greater(const Operand& a, const Operand& b);
/// Returns a ≥ b, for numbers. The result is false where a or b is NaN. Source: ONNX GreaterOrEqual.
Tensor greater_equal(const Operand& a, const Operand& b);

/// Returns true where both are true. a and b must be bool. Source: ONNX And.
Tensor logical_and(const Operand& a, const Operand& b);
/// Returns true where at least one is true. a and b must be bool. Source: ONNX Or.
Tensor logical_or(const Operand& a, const Operand& b);
/// Returns true where exactly one is true. a and b must be bool. Source: ONNX Xor.
Tensor logical_xor(const Operand& a, const Operand& b);
/// Returns true where x is false. x must be bool. Source: ONNX Not.
Tensor logical_not(const Tensor& x);

/// Returns equal(a, b).
inline Tensor operator==(const Operand& a, const Operand& b) { return equal(a, b); }
/// Returns not_equal(a, b).
inline Tensor operator!=(const Operand& a, const Operand& b) { return not_equal(a, b); }
/// Returns less(a, b).
inline Tensor operator<(const Operand& a, const Operand& b) { return less(a, b); }
/// Returns less_equal(a, b).
inline Tensor operator<=(const Operand& a, const Operand& b) { return less_equal(a, b); }
/// Returns greater(a, b).
inline Tensor operator>(const Operand& a, const Operand& b) { return greater(a, b); }
/// Returns greater_equal(a, b).
inline Tensor operator>=(const Operand& a, const Operand& b) { return greater_equal(a, b); }
/// Returns logical_and(a, b). Both sides are always computed.
inline Tensor operator&&(const Operand& a, const Operand& b) { return logical_and(a, b); }
/// Returns logical_or(a, b). Both sides are always computed.
inline Tensor operator||(const Operand& a, const Operand& b) { return logical_or(a, b); }
/// Returns logical_not(x).
inline Tensor operator!(const Tensor& x) { return logical_not(x); }

/// Returns true where x is NaN. x must be floating. Source: ONNX IsNaN.
Tensor isnan(const Tensor& x);
/// Returns true where x is +infinity or -infinity. x must be floating. Source: ONNX IsInf.
Tensor isinf(const Tensor& x);
/// Returns true where x is neither NaN nor infinite. x must be floating. Source: NumPy isfinite.
Tensor isfinite(const Tensor& x);

}  // namespace luge
