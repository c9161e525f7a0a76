// Elementary functions of f32 registers. Largest errors against double, measured by the tests over the whole
// range: exp, sigmoid, log, erf, expm1 and log1p stay within 3 ulp, tanh within 4. Infinities, NaN, zeros and
// subnormal operands give what IEEE and the C library give.
#include "backend/cpu/fused/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/fused/math_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/fused/families.h"
#include "backend/cpu/fused/vector-inl.h"
#include "backend/cpu/vector/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

using vector::HWY_NAMESPACE::exp_inside;
using vector::HWY_NAMESPACE::horner;

// 2^n for n in [-126, 127].
template <class D, class VI>
HWY_INLINE hn::Vec<D> power_of_two(D d, VI n) {
  const hn::RebindToSigned<D> di;
  return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(n, hn::Set(di, 127))));
}

// x = n ln 2 + r with |r| ≤ ln 2 / 2; e^r - 1 by a polynomial fitted at Chebyshev nodes.
template <class V, class VI>
struct Reduced {
  V less_one;  // e^r - 1
  VI n;
};
template <class D, class V>
HWY_INLINE auto reduce(D d, V x) {
  const hn::RebindToSigned<D> di;
  const auto n = hn::Round(hn::Mul(x, hn::Set(d, 1.44269504f)));
  auto r = hn::NegMulAdd(n, hn::Set(d, 0.693145752f), x);
  r = hn::NegMulAdd(n, hn::Set(d, 1.42860677e-6f), r);
  const auto p =
      horner(d, r, 0.5f, 0.1666666716f, 0.0416664556f, 0.00833331049f, 0.00139345415f, 0.000198919810f);
  const auto n_whole = hn::ConvertTo(di, n);
  return Reduced<V, decltype(n_whole)>{hn::MulAdd(hn::Mul(r, r), p, r), n_whole};
}

template <class D, class V>
HWY_INLINE V exp(D d, V x) {
  // Beyond these ends the result is 0 or infinity; clamping keeps NaN out of the integer exponent.
  const auto inside = hn::Min(hn::Max(x, hn::Set(d, -104.0f)), hn::Set(d, 89.0f));
  const auto reduced = reduce(d, inside);
  const auto half = hn::ShiftRight<1>(reduced.n);  // two steps, so that subnormal results are rounded once
  const auto y = hn::Mul(hn::Mul(hn::Add(reduced.less_one, hn::Set(d, 1)), power_of_two(d, half)),
                         power_of_two(d, hn::Sub(reduced.n, half)));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

struct Exp {
  template <class D, class V>
  static HWY_INLINE V apply(D d, V x) {
    return exp(d, x);
  }
};

struct Expm1 {
  template <class D, class V>
  static HWY_INLINE V apply(D d, V x) {
    const auto inside = hn::Min(hn::Max(x, hn::Set(d, -30.0f)), hn::Set(d, 87.0f));
    const auto reduced = reduce(d, inside);
    const auto scale = power_of_two(d, reduced.n);
    const auto y = hn::MulAdd(scale, reduced.less_one, hn::Sub(scale, hn::Set(d, 1)));
    const auto large = hn::IfThenElse(hn::Gt(x, hn::Set(d, 87.0f)), exp(d, x), y);
    // Near zero (and for NaN) the polynomial's own term is the whole result; it also keeps -0.
    return hn::IfThenElse(hn::Or(hn::Eq(x, hn::Zero(d)), hn::IsNaN(x)), x, large);
  }
};

// x = 2^e m with m in [√½, √2); log(1+f) = f - f²/2 + f³ Q(f).
template <class D, class V>
HWY_INLINE V log(D d, V given) {
  const hn::RebindToSigned<D> di;
  const auto tiny = hn::Lt(given, hn::Set(d, 1.17549435e-38f));
  const auto x = hn::IfThenElse(tiny, hn::Mul(given, hn::Set(d, 8388608.0f)), given);
  const auto bits = hn::BitCast(di, x);
  const auto offset = hn::Sub(bits, hn::Set(di, 0x3f3504f3));  // √½
  const auto exponent = hn::ShiftRight<23>(offset);
  const auto m = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(exponent)));
  const auto e = hn::Sub(hn::ConvertTo(d, exponent), hn::IfThenElseZero(tiny, hn::Set(d, 23.0f)));
  const auto f = hn::Sub(m, hn::Set(d, 1));
  const auto f2 = hn::Mul(f, f);
  const auto q = horner(d, f, 0.333333313f, -0.249999970f, 0.200007156f, -0.166678026f, 0.142490581f,
                        -0.124256872f, 0.116854198f, -0.114797339f, 0.0697161108f);
  auto y = hn::Mul(hn::Mul(f, f2), q);
  y = hn::MulAdd(e, hn::Set(d, 1.42860677e-6f), y);  // ln 2 in two parts
  y = hn::NegMulAdd(hn::Set(d, 0.5f), f2, y);
  y = hn::Add(y, f);
  y = hn::MulAdd(e, hn::Set(d, 0.693145752f), y);
  const auto infinity = hn::Inf(d);
  y = hn::IfThenElse(hn::Eq(given, infinity), given, y);
  y = hn::IfThenElse(hn::Eq(given, hn::Zero(d)), hn::Neg(infinity), y);
  return hn::IfThenElse(hn::Or(hn::Lt(given, hn::Zero(d)), hn::IsNaN(given)), hn::NaN(d), y);
}

struct Log {
  template <class D, class V>
  static HWY_INLINE V apply(D d, V x) {
    return log(d, x);
  }
};

struct Log1p {
  template <class D, class V>
  static HWY_INLINE V apply(D d, V x) {
    const auto u = hn::Add(x, hn::Set(d, 1));
    const auto lost = hn::Sub(x, hn::Sub(u, hn::Set(d, 1)));  // what the addition rounded away
    const auto y = hn::Add(log(d, u), hn::Div(lost, u));
    const auto finite = hn::And(hn::Gt(u, hn::Zero(d)), hn::Lt(u, hn::Inf(d)));
    const auto result = hn::IfThenElse(finite, y, log(d, u));
    return hn::IfThenElse(hn::Eq(u, hn::Set(d, 1)), x, result);
  }
};

// With e^-|x|, which cannot overflow.
struct Sigmoid {
  template <class D, class V>
  static HWY_INLINE V apply(D d, V x) {
    const auto one = hn::Set(d, 1);
    const auto power = exp(d, hn::Neg(hn::Abs(x)));
    const auto top = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), power, one);
    return hn::Div(top, hn::Add(one, power));
  }
};

struct Tanh {
  template <class D, class V>
  static HWY_INLINE V apply(D d, V x) {
    const auto one = hn::Set(d, 1);
    const auto size = hn::Abs(x);
    const auto z = hn::Mul(x, x);
    const auto p = horner(d, z, -0.333333313f, 0.133332506f, -0.0539481714f, 0.0216894057f, -0.00811350718f,
                          0.00206062151f);
    const auto small = hn::MulAdd(hn::Mul(x, z), p, x);
    const auto power = exp_inside(d, hn::Mul(hn::Min(size, hn::Set(d, 10.0f)), hn::Set(d, 2.0f)));
    const auto large = hn::CopySign(hn::Sub(one, hn::Div(hn::Set(d, 2.0f), hn::Add(power, one))), x);
    return hn::IfThenElse(hn::Ge(size, hn::Set(d, 0.6f)), large, small);
  }
};

// Below 1 an odd polynomial; above, 1 - exp(-|x| P(|x|)), which is 1 from 4 on.
struct Erf {
  template <class D, class V>
  static HWY_INLINE V apply(D d, V x) {
    const auto one = hn::Set(d, 1);
    const auto size = hn::Abs(x);
    const auto z = hn::Mul(x, x);
    const auto p = horner(d, z, 0.128379166f, -0.376126379f, 0.112837821f, -0.0268654302f, 0.00522103161f,
                          -0.000848408032f, 0.000112659589f, -9.66704465e-6f);
    const auto small = hn::MulAdd(x, p, x);
    const auto t = hn::Min(size, hn::Set(d, 4.0f));
    const auto q = horner(d, t, 1.12894392f, 0.634014130f, 0.108035505f, -0.0252686404f, 0.00435748650f,
                          -0.000511809660f, 3.60835475e-5f, -1.13846556e-6f);
    const auto large = hn::CopySign(hn::Sub(one, exp_inside(d, hn::Neg(hn::Mul(t, q)))), x);
    return hn::IfThenElse(hn::Ge(size, one), large, small);
  }
};

MapFunction find_target(Instruction instruction) {
  using enum Instruction;
  switch (instruction) {
    case exp: return map_one<float, Exp>;
    case expm1: return map_one<float, Expm1>;
    case log: return map_one<float, Log>;
    case log1p: return map_one<float, Log1p>;
    case sigmoid: return map_one<float, Sigmoid>;
    case tanh: return map_one<float, Tanh>;
    case erf: return map_one<float, Erf>;
    default: return nullptr;
  }
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::fused {
HWY_EXPORT(find_target);
MapFunction find_math(Instruction instruction) { return HWY_DYNAMIC_DISPATCH(find_target)(instruction); }
}  // namespace luge::cpu::fused
#endif
