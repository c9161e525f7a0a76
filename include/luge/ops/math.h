// Arithmetic and elementary functions, element by element.
/// @file
/// The result has the dtype of the inputs. Two inputs broadcast as in NumPy: they are aligned at the last
/// axis, and extents must be equal or one of them 1, otherwise ShapeError. Dtypes must be equal, otherwise
/// DTypeError: nothing is converted silently. "x must be floating" means that other dtypes throw DTypeError;
/// functions without this sentence take integers too, but never bool. Outside its domain a function gives NaN
/// or an infinity as IEEE 754 says, and no error.
#pragma once

#include "luge/ops/operand.h"
#include "luge/tensor.h"

namespace luge {

/// Returns a + b. Source: ONNX Add.
Tensor add(const Operand& a, const Operand& b);
/// Returns a - b. Source: ONNX Sub.
Tensor sub(const Operand& a, const Operand& b);
/// Returns a · b. Source: ONNX Mul.
Tensor mul(const Operand& a, const Operand& b);
/// Returns a / b. Integers are rounded towards zero, and the result is 0 where an integer b is 0. Source:
/// ONNX Div.
Tensor div(const Operand& a, const Operand& b);
/// Returns a - b·trunc(a/b), which has the sign of a. The result is 0 where an integer b is 0. Source: ONNX
/// Mod with fmod = 1, PyTorch fmod.
Tensor mod(const Operand& a, const Operand& b);
/// Returns a - b·floor(a/b), which has the sign of b. The result is 0 where an integer b is 0. Source:
/// PyTorch remainder, NumPy mod.
Tensor remainder(const Operand& a, const Operand& b);
/// Returns floor(a/b). The result is 0 where an integer b is 0. The gradient is 0. Source: PyTorch
/// floor_divide.
Tensor floor_divide(const Operand& a, const Operand& b);
/// Returns the smaller of a and b, or NaN where one of them is NaN. Where a = b, each gets half of the
/// gradient. Source: ONNX Min, PyTorch minimum.
Tensor minimum(const Operand& a, const Operand& b);
/// Returns the larger of a and b, or NaN where one of them is NaN. Where a = b, each gets half of the
/// gradient. Source: ONNX Max, PyTorch maximum.
Tensor maximum(const Operand& a, const Operand& b);
/// Returns base to the power of exponent. The gradient of the base is 0 where the exponent is 0. The gradient
/// of the exponent is 0 where the base is 0 and the exponent is 0 or more. Source: ONNX Pow, PyTorch pow.
Tensor pow(const Operand& base, const Operand& exponent);
/// Returns the angle of the point (x, y) in (-π, π]. The gradient at the origin is 0. x and y must be
/// floating. Source: NumPy arctan2.
Tensor atan2(const Operand& y, const Operand& x);

/// Returns add(a, b).
inline Tensor operator+(const Operand& a, const Operand& b) { return add(a, b); }
/// Returns sub(a, b).
inline Tensor operator-(const Operand& a, const Operand& b) { return sub(a, b); }
/// Returns mul(a, b).
inline Tensor operator*(const Operand& a, const Operand& b) { return mul(a, b); }
/// Returns div(a, b).
inline Tensor operator/(const Operand& a, const Operand& b) { return div(a, b); }
/// Sets a to a + b. Other handles of the old value keep it.
inline Tensor& operator+=(Tensor& a, const Operand& b) { return a = add(a, b); }
/// Sets a to a - b. Other handles of the old value keep it.
inline Tensor& operator-=(Tensor& a, const Operand& b) { return a = sub(a, b); }
/// Sets a to a · b. Other handles of the old value keep it.
inline Tensor& operator*=(Tensor& a, const Operand& b) { return a = mul(a, b); }
/// Sets a to a / b. Other handles of the old value keep it.
inline Tensor& operator/=(Tensor& a, const Operand& b) { return a = div(a, b); }

/// Returns -x. Source: ONNX Neg.
Tensor neg(const Tensor& x);
/// Returns neg(x).
inline Tensor operator-(const Tensor& x) { return neg(x); }
/// Returns |x|. The gradient at 0 is 0. Source: ONNX Abs.
Tensor abs(const Tensor& x);
/// Returns -1, 0 or 1, and NaN for NaN. The gradient is 0. Source: ONNX Sign.
Tensor sign(const Tensor& x);
/// Returns x². Source: PyTorch square.
Tensor square(const Tensor& x);

/// Returns √x. x must be floating. Source: ONNX Sqrt.
Tensor sqrt(const Tensor& x);
/// Returns 1/√x. x must be floating. Source: PyTorch rsqrt.
Tensor rsqrt(const Tensor& x);
/// Returns 1/x. x must be floating. Source: ONNX Reciprocal.
Tensor reciprocal(const Tensor& x);
/// Returns e to the power of x. x must be floating. Source: ONNX Exp.
Tensor exp(const Tensor& x);
/// Returns exp(x) - 1, accurate for small x. x must be floating. Source: PyTorch expm1.
Tensor expm1(const Tensor& x);
/// Returns the natural logarithm of x. x must be floating. Source: ONNX Log.
Tensor log(const Tensor& x);
/// Returns log(1 + x), accurate for small x. x must be floating. Source: PyTorch log1p.
Tensor log1p(const Tensor& x);
/// Returns the logarithm of x to base 2. x must be floating. Source: PyTorch log2.
Tensor log2(const Tensor& x);

/// Returns x rounded down. x must be floating. The gradient is 0. Source: ONNX Floor.
Tensor floor(const Tensor& x);
/// Returns x rounded up. x must be floating. The gradient is 0. Source: ONNX Ceil.
Tensor ceil(const Tensor& x);
/// Returns x rounded to the nearest whole number; a half is rounded to the even number. x must be floating.
/// The gradient is 0. Source: ONNX Round.
Tensor round(const Tensor& x);
/// Returns x rounded towards zero. x must be floating. The gradient is 0. Source: PyTorch trunc.
Tensor trunc(const Tensor& x);

/// Returns the sine of x in radians. x must be floating. Source: ONNX Sin.
Tensor sin(const Tensor& x);
/// Returns the cosine of x in radians. x must be floating. Source: ONNX Cos.
Tensor cos(const Tensor& x);
/// Returns the tangent of x in radians. x must be floating. Source: ONNX Tan.
Tensor tan(const Tensor& x);
/// Returns the angle in radians whose sine is x. x must be floating. Source: ONNX Asin.
Tensor asin(const Tensor& x);
/// Returns the angle in radians whose cosine is x. x must be floating. Source: ONNX Acos.
Tensor acos(const Tensor& x);
/// Returns the angle in radians whose tangent is x. x must be floating. Source: ONNX Atan.
Tensor atan(const Tensor& x);

/// Returns the hyperbolic sine of x. x must be floating. Source: ONNX Sinh.
Tensor sinh(const Tensor& x);
/// Returns the hyperbolic cosine of x. x must be floating. Source: ONNX Cosh.
Tensor cosh(const Tensor& x);
/// Returns the hyperbolic tangent of x. x must be floating. Source: ONNX Tanh.
Tensor tanh(const Tensor& x);
/// Returns the number whose hyperbolic sine is x. x must be floating. Source: ONNX Asinh.
Tensor asinh(const Tensor& x);
/// Returns the number whose hyperbolic cosine is x. x must be floating. Source: ONNX Acosh.
Tensor acosh(const Tensor& x);
/// Returns the number whose hyperbolic tangent is x. x must be floating. Source: ONNX Atanh.
Tensor atanh(const Tensor& x);

/// Returns the error function 2/√π ∫₀ˣ exp(-t²) dt. x must be floating. Source: ONNX Erf.
Tensor erf(const Tensor& x);
/// Returns 1 - erf(x), accurate for large x. x must be floating. Source: PyTorch erfc.
Tensor erfc(const Tensor& x);

/// Returns max(x, 0). The gradient at 0 is 0. x must be floating. Source: ONNX Relu.
Tensor relu(const Tensor& x);
/// Returns 1 / (1 + exp(-x)). x must be floating. Source: ONNX Sigmoid.
Tensor sigmoid(const Tensor& x);

/// Returns x limited to [low, high]. Each bound is a number or a tensor. Where low > high, the result is
/// high. The gradient goes to x where low ≤ x ≤ high, and elsewhere to the bound that was taken. Source: ONNX
/// Clip, PyTorch clamp.
Tensor clamp(const Tensor& x, const Operand& low, const Operand& high);
/// Returns x, or `low` where x is smaller. The gradient goes to the one that was taken. Source: PyTorch clamp
/// with min.
Tensor clamp_min(const Tensor& x, const Operand& low);
/// Returns x, or `high` where x is larger. The gradient goes to the one that was taken. Source: PyTorch clamp
/// with max.
Tensor clamp_max(const Tensor& x, const Operand& high);
/// Returns a + weight·(b - a). Source: PyTorch lerp.
Tensor lerp(const Tensor& a, const Tensor& b, const Operand& weight);

/// Returns a where `condition` is true and b elsewhere. `condition` is bool, and all three broadcast. a and b
/// have one dtype, which may be bool; one of them may be a number. Source: ONNX Where.
Tensor where(const Tensor& condition, const Operand& a, const Operand& b);

/// Returns x converted to another dtype. Floating numbers are rounded towards zero when they become integers;
/// numbers become true where they are not 0; true becomes 1 and false 0. Gradients pass between floating
/// dtypes. Source: ONNX Cast.
Tensor cast(const Tensor& x, DType dtype);
/// Returns x, but no gradient flows through it. Source: TensorFlow stop_gradient, PyTorch detach.
Tensor stop_gradient(const Tensor& x);
/// Returns x as a node of its own. Source: ONNX Identity.
Tensor identity(const Tensor& x);

}  // namespace luge
