// Elementary functions of f32 vectors, over any model of the operations (algebra-inl.h). Largest errors
// against double, measured by the tests over the whole range: exp, sigmoid, log, erf, expm1 and log1p stay
// within 3 ulp, tanh within 4. Infinities, NaN, zeros and subnormal operands give what IEEE and the C library
// give. Per-target include guard, as Highway wants it.
#if defined(LUGE_VECTOR_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_VECTOR_MATH_INL_H_
#undef LUGE_VECTOR_MATH_INL_H_
#else
#define LUGE_VECTOR_MATH_INL_H_
#endif

#include <limits>

#include "backend/cpu/vector/algebra-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::vector::HWY_NAMESPACE {

// c0 + x (c1 + x (c2 + …)).
template <SinglePrecision A>
HWY_INLINE Float<A> horner(A v, Float<A>, float last) {
  return v.number(last);
}
template <SinglePrecision A, class... Rest>
HWY_INLINE Float<A> horner(A v, Float<A> x, float first, Rest... rest) {
  return v.multiply_add(horner(v, x, rest...), x, v.number(first));
}

// ln 2 in two parts, the first with so few bits that its products with small integers are exact.
inline constexpr float kLn2High = 0.693145752f, kLn2Low = 1.42860677e-6f, kLog2E = 1.44269504f;

// e^(x - n ln 2) - 1 for |x - n ln 2| ≤ ln 2 / 2, by a polynomial fitted at Chebyshev nodes.
template <SinglePrecision A>
HWY_INLINE Float<A> exp_rest(A v, Float<A> x, Float<A> n) {
  auto r = v.negative_multiply_add(n, v.number(kLn2High), x);
  r = v.negative_multiply_add(n, v.number(kLn2Low), r);
  const auto p =
      horner(v, r, 0.5f, 0.1666666716f, 0.0416664556f, 0.00833331049f, 0.00139345415f, 0.000198919810f);
  return v.multiply_add(v.mul(r, r), p, r);
}

// 2^n for n in [-126, 127].
template <SinglePrecision A>
HWY_INLINE Float<A> power_of_two(A v, Whole<A> n) {
  return v.of_bits(v.template shift_left<23>(v.add(n, v.whole(127))));
}

// e^x = 2^n (1 + rest).
template <class A>
struct ReducedExp {
  Float<A> rest;
  Whole<A> n;
};
template <SinglePrecision A>
HWY_INLINE ReducedExp<A> reduce_exp(A v, Float<A> x) {
  const auto n = v.round(v.mul(x, v.number(kLog2E)));
  return {exp_rest(v, x, n), v.to_whole(n)};
}

template <SinglePrecision A>
HWY_INLINE Float<A> exp(A v, Float<A> x) {
  // Beyond these ends the result is 0 or infinity; clamping keeps NaN out of the integer exponent.
  const auto inside = v.min(v.max(x, v.number(-104.0f)), v.number(89.0f));
  const auto reduced = reduce_exp(v, inside);
  // In two steps, so that subnormal results are rounded once.
  const auto half = v.template shift_right<1>(reduced.n);
  const auto y = v.mul(v.mul(v.add(reduced.rest, v.number(1)), power_of_two(v, half)),
                       power_of_two(v, v.sub(reduced.n, half)));
  return v.select(v.is_nan(x), x, y);
}

// e^x for x in [-87, 88], where the result is normal. Added to `whole`, a number is rounded to n in its last
// bits, with the exponent's bias next to it. NaN stays NaN.
template <SinglePrecision A>
HWY_INLINE Float<A> exp_inside(A v, Float<A> x) {
  const auto whole = v.number(12582912.0f + 127);
  const auto shifted = v.multiply_add(x, v.number(kLog2E), whole);
  const auto power = v.of_bits(v.template shift_left<23>(v.bits(shifted)));
  return v.multiply_add(power, exp_rest(v, x, v.sub(shifted, whole)), power);
}

// e^x for x ≤ 0, as softmax needs it: below -87 the result is 0.
template <SinglePrecision A>
HWY_INLINE Float<A> exp_of_negative(A v, Float<A> x) {
  const auto low = v.number(-87.0f);
  const auto below = v.less(x, low);
  return v.discard(below, exp_inside(v, v.select(below, low, x)));
}

template <SinglePrecision A>
HWY_INLINE Float<A> expm1(A v, Float<A> x) {
  const auto inside = v.min(v.max(x, v.number(-30.0f)), v.number(87.0f));
  const auto reduced = reduce_exp(v, inside);
  const auto scale = power_of_two(v, reduced.n);
  const auto y = v.multiply_add(scale, reduced.rest, v.sub(scale, v.number(1)));
  const auto large = v.select(v.greater(x, v.number(87.0f)), exp(v, x), y);
  // At zero (and for NaN) x is the result; it also keeps -0.
  return v.select(v.either(v.equal(x, v.number(0)), v.is_nan(x)), x, large);
}

// x = 2^e m with m in [√½, √2); log(1+f) = f - f²/2 + f³ Q(f).
template <SinglePrecision A>
HWY_INLINE Float<A> log(A v, Float<A> given) {
  const auto tiny = v.less(given, v.number(std::numeric_limits<float>::min()));
  const auto x = v.select(tiny, v.mul(given, v.number(8388608.0f)), given);
  const auto bits = v.bits(x);
  const auto exponent = v.template shift_right<23>(v.sub(bits, v.whole(0x3f3504f3)));  // √½
  const auto m = v.of_bits(v.sub(bits, v.template shift_left<23>(exponent)));
  const auto e = v.sub(v.to_float(exponent), v.keep(tiny, v.number(23.0f)));
  const auto f = v.sub(m, v.number(1));
  const auto f2 = v.mul(f, f);
  const auto q = horner(v, f, 0.333333313f, -0.249999970f, 0.200007156f, -0.166678026f, 0.142490581f,
                        -0.124256872f, 0.116854198f, -0.114797339f, 0.0697161108f);
  auto y = v.mul(v.mul(f, f2), q);
  y = v.multiply_add(e, v.number(kLn2Low), y);
  y = v.negative_multiply_add(v.number(0.5f), f2, y);
  y = v.add(y, f);
  y = v.multiply_add(e, v.number(kLn2High), y);
  const auto infinity = v.number(std::numeric_limits<float>::infinity()), zero = v.number(0);
  y = v.select(v.equal(given, infinity), given, y);
  y = v.select(v.equal(given, zero), v.neg(infinity), y);
  const auto outside = v.either(v.less(given, zero), v.is_nan(given));
  return v.select(outside, v.of_bits(v.whole(0x7fffffff)), y);  // NaN
}

template <SinglePrecision A>
HWY_INLINE Float<A> log1p(A v, Float<A> x) {
  const auto one = v.number(1), u = v.add(x, one);
  const auto lost = v.sub(x, v.sub(u, one));  // what the addition rounded away
  const auto log_u = log(v, u);
  const auto y = v.add(log_u, v.div(lost, u));
  const auto finite =
      v.both(v.greater(u, v.number(0)), v.less(u, v.number(std::numeric_limits<float>::infinity())));
  return v.select(v.equal(u, one), x, v.select(finite, y, log_u));
}

// With e^-|x|, which cannot overflow.
template <SinglePrecision A>
HWY_INLINE Float<A> sigmoid(A v, Float<A> x) {
  const auto one = v.number(1), power = exp(v, v.neg(v.abs(x)));
  const auto top = v.select(v.less(x, v.number(0)), power, one);
  return v.div(top, v.add(one, power));
}

/// Sigmoid for the gates of recurrent layers, with FastVectors: within 3 ulp for |x| ≤ 87, and 1.6e-38 below.
template <SinglePrecision A>
HWY_INLINE Float<A> gate_sigmoid(A v, Float<A> x) {
  const auto end = v.number(87.0f);
  const auto power = exp_inside(v, v.min(v.max(v.neg(x), v.neg(end)), end));
  return v.select(v.is_nan(x), x, v.reciprocal(v.add(power, v.number(1))));
}

// Near zero an odd polynomial; further out 1 - 2 / (e^2|x| + 1), which is 1 from 9 on.
template <SinglePrecision A>
HWY_INLINE Float<A> tanh(A v, Float<A> x) {
  const auto one = v.number(1), size = v.abs(x), z = v.mul(x, x);
  const auto p = horner(v, z, -0.333333313f, 0.133332506f, -0.0539481714f, 0.0216894057f, -0.00811350718f,
                        0.00206062151f);
  const auto small = v.multiply_add(v.mul(x, z), p, x);
  const auto power = exp_inside(v, v.mul(v.min(size, v.number(10.0f)), v.number(2.0f)));
  const auto large = v.with_sign(v.sub(one, v.div(v.number(2.0f), v.add(power, one))), x);
  return v.select(v.greater_equal(size, v.number(0.6f)), large, small);
}

// Below 1 an odd polynomial; above, 1 - exp(-|x| P(|x|)), which is 1 from 4 on.
template <SinglePrecision A>
HWY_INLINE Float<A> erf(A v, Float<A> x) {
  const auto one = v.number(1), size = v.abs(x), z = v.mul(x, x);
  const auto p = horner(v, z, 0.128379166f, -0.376126379f, 0.112837821f, -0.0268654302f, 0.00522103161f,
                        -0.000848408032f, 0.000112659589f, -9.66704465e-6f);
  const auto small = v.multiply_add(x, p, x);
  const auto t = v.min(size, v.number(4.0f));
  const auto q = horner(v, t, 1.12894392f, 0.634014130f, 0.108035505f, -0.0252686404f, 0.00435748650f,
                        -0.000511809660f, 3.60835475e-5f, -1.13846556e-6f);
  const auto large = v.with_sign(v.sub(one, exp_inside(v, v.neg(v.mul(t, q)))), x);
  return v.select(v.greater_equal(size, one), large, small);
}

}  // namespace luge::cpu::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
