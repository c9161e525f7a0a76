// exp, sigmoid and tanh of f32 registers. Sigmoid stays within 3 ulp for |x| ≤ 87 and at 1.6e-38 below, tanh
// within 4 (measured by the tests). Infinities and NaN give what IEEE gives. Per-target include guard, as
// Highway wants it.
#if defined(LUGE_VECTOR_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_VECTOR_MATH_INL_H_
#undef LUGE_VECTOR_MATH_INL_H_
#else
#define LUGE_VECTOR_MATH_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::vector::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// c0 + x (c1 + x (c2 + …)).
template <class D, class V>
HWY_INLINE V horner(D d, V, float last) {
  return hn::Set(d, last);
}
template <class D, class V, class... Rest>
HWY_INLINE V horner(D d, V x, float first, Rest... rest) {
  return hn::MulAdd(horner(d, x, rest...), x, hn::Set(d, first));
}

// e^x for x in [-87, 88], where the result is normal; x = n ln 2 + r with |r| ≤ ln 2 / 2. Added to `whole`, a
// number is rounded to n in its last bits, with the exponent's bias beside it. NaN stays NaN.
template <class D, class V>
HWY_INLINE V exp_inside(D d, V x) {
  const hn::RebindToSigned<D> di;
  const auto whole = hn::Set(d, 12582912.0f + 127);
  const auto shifted = hn::MulAdd(x, hn::Set(d, 1.44269504f), whole);
  const auto n = hn::Sub(shifted, whole);
  auto r = hn::NegMulAdd(n, hn::Set(d, 0.693145752f), x);
  r = hn::NegMulAdd(n, hn::Set(d, 1.42860677e-6f), r);
  const auto p =
      horner(d, r, 0.5f, 0.1666666716f, 0.0416664556f, 0.00833331049f, 0.00139345415f, 0.000198919810f);
  const auto less_one = hn::MulAdd(hn::Mul(r, r), p, r);
  const auto power = hn::BitCast(d, hn::ShiftLeft<23>(hn::BitCast(di, shifted)));
  return hn::MulAdd(power, less_one, power);
}

// e^x for x ≤ 0, as softmax needs it: below -87 the result is 0.
template <class D, class V>
HWY_INLINE V exp_of_negative(D d, V x) {
  const auto low = hn::Set(d, -87.0f);
  const auto below = hn::Lt(x, low);
  return hn::IfThenZeroElse(below, exp_inside(d, hn::IfThenElse(below, low, x)));
}

// 1 / x for x in [1, 2^127): an estimate and two steps of Newton's.
template <class D, class V>
HWY_INLINE V reciprocal(D d, V x) {
  auto y = hn::ApproximateReciprocal(x);
  y = hn::MulAdd(y, hn::NegMulAdd(x, y, hn::Set(d, 1)), y);
  return hn::MulAdd(y, hn::NegMulAdd(x, y, hn::Set(d, 1)), y);
}

template <class D, class V>
HWY_INLINE V sigmoid(D d, V x) {
  const auto end = hn::Set(d, 87.0f);
  const auto power = exp_inside(d, hn::Min(hn::Max(hn::Neg(x), hn::Neg(end)), end));
  return hn::IfThenElse(hn::IsNaN(x), x, reciprocal(d, hn::Add(power, hn::Set(d, 1))));
}

// Near zero an odd polynomial; further out 1 - 2 / (e^2|x| + 1), which is 1 from 9 on.
template <class D, class V>
HWY_INLINE V tanh(D d, V x) {
  const auto one = hn::Set(d, 1);
  const auto size = hn::Abs(x);
  const auto z = hn::Mul(x, x);
  const auto p = horner(d, z, -0.333333313f, 0.133332506f, -0.0539481714f, 0.0216894057f, -0.00811350718f,
                        0.00206062151f);
  const auto small = hn::MulAdd(hn::Mul(x, z), p, x);
  const auto power = exp_inside(d, hn::Mul(hn::Min(size, hn::Set(d, 10.0f)), hn::Set(d, 2.0f)));
  const auto large =
      hn::CopySign(hn::NegMulAdd(hn::Set(d, 2.0f), reciprocal(d, hn::Add(power, one)), one), x);
  return hn::IfThenElse(hn::Or(hn::Lt(size, hn::Set(d, 0.6f)), hn::IsNaN(x)), small, large);
}

}  // namespace luge::cpu::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
