// Arithmetic and elementary functions, element by element.
//
// Every function gives a tensor of its inputs' dtype. Two inputs broadcast as in NumPy: aligned at the last
// axis, extents equal or one of them 1; else ShapeError. Dtypes must be equal, else DTypeError: nothing is
// converted silently. Where a text says "floating", other dtypes throw DTypeError; the others take integers
// too, never bool. Values outside a function's domain follow IEEE: NaN or an infinity, no error.
#pragma once

#include "luge/ops/operand.h"
#include "luge/tensor.h"

namespace luge {

/// a + b. Source: ONNX Add.
Tensor add(const Operand& a, const Operand& b);
/// a - b. Source: ONNX Sub.
Tensor sub(const Operand& a, const Operand& b);
/// a · b. Source: ONNX Mul.
Tensor mul(const Operand& a, const Operand& b);
/// a / b; integers truncate towards zero and give 0 where b is 0. Source: ONNX Div.
Tensor div(const Operand& a, const Operand& b);
/// a - b·trunc(a/b), the sign of a; integers give 0 where b is 0. Source: ONNX Mod with fmod = 1, PyTorch
/// fmod.
Tensor mod(const Operand& a, const Operand& b);
/// a - b·floor(a/b), the sign of b; integers give 0 where b is 0. Source: PyTorch remainder, NumPy mod.
Tensor remainder(const Operand& a, const Operand& b);
/// floor(a/b); integers give 0 where b is 0. Gradient 0. Source: PyTorch floor_divide.
Tensor floor_divide(const Operand& a, const Operand& b);
/// The smaller one; NaN if either is. Where a = b each gets half the gradient. Source: ONNX Min, PyTorch
/// minimum.
Tensor minimum(const Operand& a, const Operand& b);
/// The larger one; NaN if either is. Where a = b each gets half the gradient. Source: ONNX Max, PyTorch
/// maximum.
Tensor maximum(const Operand& a, const Operand& b);
/// base to the power exponent. The gradient with respect to a zero exponent's base is 0, and with respect to
/// the exponent is 0 where base = 0 and exponent ≥ 0. Source: ONNX Pow, PyTorch pow.
Tensor pow(const Operand& base, const Operand& exponent);
/// Angle of the point (x, y) in (-π, π]; the gradient at the origin is 0. Floating. Source: NumPy arctan2.
Tensor atan2(const Operand& y, const Operand& x);

inline Tensor operator+(const Operand& a, const Operand& b) { return add(a, b); }
inline Tensor operator-(const Operand& a, const Operand& b) { return sub(a, b); }
inline Tensor operator*(const Operand& a, const Operand& b) { return mul(a, b); }
inline Tensor operator/(const Operand& a, const Operand& b) { return div(a, b); }
/// The handle is given a new value; other handles of the old one keep it.
inline Tensor& operator+=(Tensor& a, const Operand& b) { return a = add(a, b); }
inline Tensor& operator-=(Tensor& a, const Operand& b) { return a = sub(a, b); }
inline Tensor& operator*=(Tensor& a, const Operand& b) { return a = mul(a, b); }
inline Tensor& operator/=(Tensor& a, const Operand& b) { return a = div(a, b); }

/// -x. Source: ONNX Neg.
Tensor neg(const Tensor& x);
inline Tensor operator-(const Tensor& x) { return neg(x); }
/// |x|; its derivative at 0 is 0. Source: ONNX Abs.
Tensor abs(const Tensor& x);
/// -1, 0 or 1; NaN for NaN. Gradient 0. Source: ONNX Sign.
Tensor sign(const Tensor& x);
/// x². Source: PyTorch square.
Tensor square(const Tensor& x);

/// √x. Floating. Source: ONNX Sqrt.
Tensor sqrt(const Tensor& x);
/// 1/√x. Floating. Source: PyTorch rsqrt.
Tensor rsqrt(const Tensor& x);
/// 1/x. Floating. Source: ONNX Reciprocal.
Tensor reciprocal(const Tensor& x);
/// e to the power x. Floating. Source: ONNX Exp.
Tensor exp(const Tensor& x);
/// e to the power x, minus 1, exact for small x. Floating. Source: PyTorch expm1.
Tensor expm1(const Tensor& x);
/// Natural logarithm. Floating. Source: ONNX Log.
Tensor log(const Tensor& x);
/// log(1 + x), exact for small x. Floating. Source: PyTorch log1p.
Tensor log1p(const Tensor& x);
/// Logarithm to base 2. Floating. Source: PyTorch log2.
Tensor log2(const Tensor& x);

/// Rounding down. Floating, gradient 0. Source: ONNX Floor.
Tensor floor(const Tensor& x);
/// Rounding up. Floating, gradient 0. Source: ONNX Ceil.
Tensor ceil(const Tensor& x);
/// Rounding to the nearest whole number, halves to the even one. Floating, gradient 0. Source: ONNX Round.
Tensor round(const Tensor& x);
/// Rounding towards zero. Floating, gradient 0. Source: PyTorch trunc.
Tensor trunc(const Tensor& x);

/// Trigonometric functions of x in radians, and their inverses. Floating. Source: ONNX Sin, Cos, Tan, Asin,
/// Acos, Atan.
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor asin(const Tensor& x);
Tensor acos(const Tensor& x);
Tensor atan(const Tensor& x);

/// Hyperbolic functions and their inverses. Floating. Source: ONNX Sinh, Cosh, Tanh, Asinh, Acosh, Atanh.
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor asinh(const Tensor& x);
Tensor acosh(const Tensor& x);
Tensor atanh(const Tensor& x);

/// 2/√π ∫₀ˣ exp(-t²) dt. Floating. Source: ONNX Erf.
Tensor erf(const Tensor& x);
/// 1 - erf(x), exact for large x. Floating. Source: PyTorch erfc.
Tensor erfc(const Tensor& x);

/// max(x, 0); its derivative at 0 is 0. Floating. Source: ONNX Relu.
Tensor relu(const Tensor& x);
/// 1 / (1 + exp(-x)). Floating. Source: ONNX Sigmoid.
Tensor sigmoid(const Tensor& x);

/// x limited to [low, high]; one bound may be a number and the other a tensor. The gradient goes to x where
/// low ≤ x ≤ high, else to the bound that was taken. Where low > high the result is high. Source: ONNX Clip,
/// PyTorch clamp.
Tensor clamp(const Tensor& x, const Operand& low, const Operand& high);
Tensor clamp_min(const Tensor& x, const Operand& low);
Tensor clamp_max(const Tensor& x, const Operand& high);
/// a + weight·(b - a). Source: PyTorch lerp.
Tensor lerp(const Tensor& a, const Tensor& b, const Operand& weight);

/// a where condition holds, else b; condition bool, all three broadcast; a and b of one dtype, bool included,
/// and one of them may be a number. Source: ONNX Where.
Tensor where(const Tensor& condition, const Operand& a, const Operand& b);

/// x as another dtype. Floating to integer truncates towards zero; numbers to bool give x ≠ 0; bool to
/// numbers gives 0 and 1. Gradients pass between floating dtypes. Source: ONNX Cast.
Tensor cast(const Tensor& x, DType dtype);
/// The same value, through which no gradient flows. Source: TensorFlow stop_gradient, PyTorch detach.
Tensor stop_gradient(const Tensor& x);
/// The same value as a node of its own. Source: ONNX Identity.
Tensor identity(const Tensor& x);

}  // namespace luge
