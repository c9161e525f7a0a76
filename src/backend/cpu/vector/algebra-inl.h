// The operations that formulas over vectors are written in (math-inl.h, and fused/bodies-inl.h): here as
// Highway's vectors. The second model is Expressions in fused/jit/expand.cpp, which writes the same
// operations down for generated code, so that interpreted and generated loops give the same bytes. Per-target
// include guard, as Highway wants it.
#if defined(LUGE_VECTOR_ALGEBRA_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_VECTOR_ALGEBRA_INL_H_
#undef LUGE_VECTOR_ALGEBRA_INL_H_
#else
#define LUGE_VECTOR_ALGEBRA_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::vector::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A model A has these types.
template <class A>
using Float = typename A::Float;  // floating numbers
template <class A>
using Whole = typename A::Whole;  // signed integers of the same width
template <class A>
using Mask = typename A::Mask;  // truth values

/// Whether a model's numbers are f32: formulas with polynomials are for these alone.
template <class A>
concept SinglePrecision = A::is_f32;

// clang-format off
template <class T>
struct Vectors {
  using D = hn::ScalableTag<T>;
  using DI = hn::RebindToSigned<D>;
  using Float = hn::Vec<D>;
  using Whole = hn::Vec<DI>;
  using Mask = hn::Mask<D>;
  static constexpr bool is_f32 = sizeof(T) == sizeof(float);

  HWY_INLINE Float number(float value) const { return hn::Set(D(), static_cast<T>(value)); }
  HWY_INLINE Whole whole(std::int32_t value) const { return hn::Set(DI(), value); }

  HWY_INLINE Float add(Float a, Float b) const { return hn::Add(a, b); }
  HWY_INLINE Float sub(Float a, Float b) const { return hn::Sub(a, b); }
  HWY_INLINE Float mul(Float a, Float b) const { return hn::Mul(a, b); }
  HWY_INLINE Float div(Float a, Float b) const { return hn::Div(a, b); }
  HWY_INLINE Float sqrt(Float a) const { return hn::Sqrt(a); }
  // Of a NaN and b, the second operand.
  HWY_INLINE Float min(Float a, Float b) const { return hn::Min(a, b); }
  HWY_INLINE Float max(Float a, Float b) const { return hn::Max(a, b); }
  HWY_INLINE Float multiply_add(Float a, Float b, Float c) const { return hn::MulAdd(a, b, c); }              // a·b + c
  HWY_INLINE Float negative_multiply_add(Float a, Float b, Float c) const { return hn::NegMulAdd(a, b, c); }  // c - a·b
  HWY_INLINE Float neg(Float a) const { return hn::Neg(a); }
  HWY_INLINE Float abs(Float a) const { return hn::Abs(a); }
  HWY_INLINE Float with_sign(Float size, Float from) const { return hn::CopySignToAbs(size, from); }  // size ≥ 0
  HWY_INLINE Float floor(Float a) const { return hn::Floor(a); }
  HWY_INLINE Float ceil(Float a) const { return hn::Ceil(a); }
  HWY_INLINE Float round(Float a) const { return hn::Round(a); }  // to even
  HWY_INLINE Float trunc(Float a) const { return hn::Trunc(a); }

  HWY_INLINE Whole bits(Float a) const { return hn::BitCast(DI(), a); }
  HWY_INLINE Float of_bits(Whole a) const { return hn::BitCast(D(), a); }
  HWY_INLINE Whole to_whole(Float a) const { return hn::ConvertTo(DI(), a); }
  HWY_INLINE Float to_float(Whole a) const { return hn::ConvertTo(D(), a); }
  HWY_INLINE Whole add(Whole a, Whole b) const { return hn::Add(a, b); }
  HWY_INLINE Whole sub(Whole a, Whole b) const { return hn::Sub(a, b); }
  template <int Bits> HWY_INLINE Whole shift_left(Whole a) const { return hn::ShiftLeft<Bits>(a); }
  template <int Bits> HWY_INLINE Whole shift_right(Whole a) const { return hn::ShiftRight<Bits>(a); }

  // With a NaN false, except for not_equal.
  HWY_INLINE Mask equal(Float a, Float b) const { return hn::Eq(a, b); }
  HWY_INLINE Mask not_equal(Float a, Float b) const { return hn::Ne(a, b); }
  HWY_INLINE Mask less(Float a, Float b) const { return hn::Lt(a, b); }
  HWY_INLINE Mask less_equal(Float a, Float b) const { return hn::Le(a, b); }
  HWY_INLINE Mask greater(Float a, Float b) const { return hn::Gt(a, b); }
  HWY_INLINE Mask greater_equal(Float a, Float b) const { return hn::Ge(a, b); }
  HWY_INLINE Mask is_nan(Float a) const { return hn::IsNaN(a); }
  HWY_INLINE Mask both(Mask a, Mask b) const { return hn::And(a, b); }
  HWY_INLINE Mask either(Mask a, Mask b) const { return hn::Or(a, b); }
  HWY_INLINE Mask one_of(Mask a, Mask b) const { return hn::Xor(a, b); }
  HWY_INLINE Mask inverse(Mask a) const { return hn::Not(a); }

  HWY_INLINE Float select(Mask mask, Float a, Float b) const { return hn::IfThenElse(mask, a, b); }
  HWY_INLINE Float keep(Mask mask, Float a) const { return hn::IfThenElseZero(mask, a); }     // mask ? a : 0
  HWY_INLINE Float discard(Mask mask, Float a) const { return hn::IfThenZeroElse(mask, a); }  // mask ? 0 : a
};
// clang-format on

/// Vectors that divide faster and less exactly: by an estimate and two steps of Newton's, for divisors in
/// [1, 2^127).
struct FastVectors : Vectors<float> {
  HWY_INLINE Float reciprocal(Float x) const {
    auto y = hn::ApproximateReciprocal(x);
    y = hn::MulAdd(y, hn::NegMulAdd(x, y, number(1)), y);
    return hn::MulAdd(y, hn::NegMulAdd(x, y, number(1)), y);
  }
  HWY_INLINE Float div(Float a, Float b) const { return hn::Mul(a, reciprocal(b)); }
};

}  // namespace luge::cpu::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
