// Comparisons and logic, element by element; the results are bool and have no gradient.
//
// Two inputs broadcast as in math.h and must have one dtype (else DTypeError); one of them may be a number.
#pragma once

#include "luge/ops/operand.h"
#include "luge/tensor.h"

namespace luge {

/// a = b, of any dtype; false beside NaN. Source: ONNX Equal.
Tensor equal(const Operand& a, const Operand& b);
/// a ≠ b, of any dtype; true beside NaN. Source: NumPy not_equal.
Tensor not_equal(const Operand& a, const Operand& b);
/// a < b, numbers; false beside NaN, as the three below. Source: ONNX Less.
Tensor less(const Operand& a, const Operand& b);
/// a ≤ b. Source: ONNX LessOrEqual.
Tensor less_equal(const Operand& a, const Operand& b);
/// a > b. Source: ONNX Greater.
Tensor greater(const Operand& a, const Operand& b);
/// a ≥ b. Source: ONNX GreaterOrEqual.
Tensor greater_equal(const Operand& a, const Operand& b);

/// Of bool tensors; others throw DTypeError. Source: ONNX And, Or, Xor, Not.
Tensor logical_and(const Operand& a, const Operand& b);
Tensor logical_or(const Operand& a, const Operand& b);
Tensor logical_xor(const Operand& a, const Operand& b);
Tensor logical_not(const Tensor& x);

/// The comparisons and the logic above as operators, element by element. && and || always compute both sides.
inline Tensor operator==(const Operand& a, const Operand& b) { return equal(a, b); }
inline Tensor operator!=(const Operand& a, const Operand& b) { return not_equal(a, b); }
inline Tensor operator<(const Operand& a, const Operand& b) { return less(a, b); }
inline Tensor operator<=(const Operand& a, const Operand& b) { return less_equal(a, b); }
inline Tensor operator>(const Operand& a, const Operand& b) { return greater(a, b); }
inline Tensor operator>=(const Operand& a, const Operand& b) { return greater_equal(a, b); }
inline Tensor operator&&(const Operand& a, const Operand& b) { return logical_and(a, b); }
inline Tensor operator||(const Operand& a, const Operand& b) { return logical_or(a, b); }
inline Tensor operator!(const Tensor& x) { return logical_not(x); }

/// Of floating tensors; others throw DTypeError. Source: ONNX IsNaN, IsInf; NumPy isfinite.
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);

}  // namespace luge
