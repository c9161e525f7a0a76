// The vector bodies of the instructions that have one, over any model of the vector operations
// (cpu/vector/algebra-inl.h): the tile loops use them with Highway's vectors, generated code with
// Expressions. An instruction without a body is computed element by element, as its row says. Per-target
// include guard, as Highway wants it.
#if defined(LUGE_FUSED_BODIES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_FUSED_BODIES_INL_H_
#undef LUGE_FUSED_BODIES_INL_H_
#else
#define LUGE_FUSED_BODIES_INL_H_
#endif

#include "backend/cpu/vector/math-inl.h"
#include "backend/instruction.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {

namespace math = cpu::vector::HWY_NAMESPACE;
using math::Float, math::Mask, math::SinglePrecision;

/// Body<instruction>::apply(v, operands…): `v` is the model. Operands and results are numbers or truth
/// values.
template <Instruction>
struct Body {};

// clang-format off
template <> struct Body<Instruction::copy> { template <class A, class X> static HWY_INLINE X apply(A, X a) { return a; } };
template <> struct Body<Instruction::neg> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return v.neg(a); } };
template <> struct Body<Instruction::abs> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return v.abs(a); } };
template <> struct Body<Instruction::sqrt> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return v.sqrt(a); } };
template <> struct Body<Instruction::rsqrt> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return v.div(v.number(1), v.sqrt(a)); } };
template <> struct Body<Instruction::square> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return v.mul(a, a); } };
template <> struct Body<Instruction::reciprocal> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return v.div(v.number(1), a); } };
template <> struct Body<Instruction::floor> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return v.floor(a); } };
template <> struct Body<Instruction::ceil> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return v.ceil(a); } };
template <> struct Body<Instruction::round> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return v.round(a); } };
template <> struct Body<Instruction::trunc> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return v.trunc(a); } };
template <> struct Body<Instruction::relu> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return v.discard(v.less_equal(a, v.number(0)), a); } };
template <> struct Body<Instruction::exp> { template <SinglePrecision A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return math::exp(v, a); } };
template <> struct Body<Instruction::expm1> { template <SinglePrecision A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return math::expm1(v, a); } };
template <> struct Body<Instruction::log> { template <SinglePrecision A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return math::log(v, a); } };
template <> struct Body<Instruction::log1p> { template <SinglePrecision A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return math::log1p(v, a); } };
template <> struct Body<Instruction::sigmoid> { template <SinglePrecision A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return math::sigmoid(v, a); } };
template <> struct Body<Instruction::tanh> { template <SinglePrecision A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return math::tanh(v, a); } };
template <> struct Body<Instruction::erf> { template <SinglePrecision A> static HWY_INLINE Float<A> apply(A v, Float<A> a) { return math::erf(v, a); } };
template <> struct Body<Instruction::isnan> { template <class A> static HWY_INLINE Mask<A> apply(A v, Float<A> a) { return v.is_nan(a); } };
template <> struct Body<Instruction::add> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a, Float<A> b) { return v.add(a, b); } };
template <> struct Body<Instruction::sub> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a, Float<A> b) { return v.sub(a, b); } };
template <> struct Body<Instruction::mul> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a, Float<A> b) { return v.mul(a, b); } };
template <> struct Body<Instruction::div> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> a, Float<A> b) { return v.div(a, b); } };
template <> struct Body<Instruction::equal> { template <class A> static HWY_INLINE Mask<A> apply(A v, Float<A> a, Float<A> b) { return v.equal(a, b); } };
template <> struct Body<Instruction::less> { template <class A> static HWY_INLINE Mask<A> apply(A v, Float<A> a, Float<A> b) { return v.less(a, b); } };
template <> struct Body<Instruction::less_equal> { template <class A> static HWY_INLINE Mask<A> apply(A v, Float<A> a, Float<A> b) { return v.less_equal(a, b); } };
template <> struct Body<Instruction::greater> { template <class A> static HWY_INLINE Mask<A> apply(A v, Float<A> a, Float<A> b) { return v.greater(a, b); } };
template <> struct Body<Instruction::greater_equal> { template <class A> static HWY_INLINE Mask<A> apply(A v, Float<A> a, Float<A> b) { return v.greater_equal(a, b); } };
template <> struct Body<Instruction::relu_mask> { template <class A> static HWY_INLINE Float<A> apply(A v, Float<A> g, Float<A> y) { return v.keep(v.greater(y, v.number(0)), g); } };
template <> struct Body<Instruction::select> { template <class A> static HWY_INLINE Float<A> apply(A v, Mask<A> c, Float<A> a, Float<A> b) { return v.select(c, a, b); } };
template <> struct Body<Instruction::logical_not> { template <class A> static HWY_INLINE Mask<A> apply(A v, Mask<A> a) { return v.inverse(a); } };
template <> struct Body<Instruction::logical_and> { template <class A> static HWY_INLINE Mask<A> apply(A v, Mask<A> a, Mask<A> b) { return v.both(a, b); } };
template <> struct Body<Instruction::logical_or> { template <class A> static HWY_INLINE Mask<A> apply(A v, Mask<A> a, Mask<A> b) { return v.either(a, b); } };
template <> struct Body<Instruction::logical_xor> { template <class A> static HWY_INLINE Mask<A> apply(A v, Mask<A> a, Mask<A> b) { return v.one_of(a, b); } };
template <> struct Body<Instruction::not_equal> {
  template <class A> static HWY_INLINE Mask<A> apply(A v, Float<A> a, Float<A> b) { return v.not_equal(a, b); }
  template <class A> static HWY_INLINE Mask<A> apply(A v, Mask<A> a, Mask<A> b) { return v.one_of(a, b); }
};
// clang-format on

// NaN and zeros stay as they are.
template <>
struct Body<Instruction::sign> {
  template <class A>
  static HWY_INLINE Float<A> apply(A v, Float<A> a) {
    const auto zero = v.number(0);
    return v.select(v.less(a, zero), v.number(-1), v.select(v.greater(a, zero), v.number(1), a));
  }
};

// A NaN on either side stays.
template <>
struct Body<Instruction::minimum> {
  template <class A>
  static HWY_INLINE Float<A> apply(A v, Float<A> a, Float<A> b) {
    return v.select(v.either(v.less(a, b), v.is_nan(a)), a, b);
  }
};
template <>
struct Body<Instruction::maximum> {
  template <class A>
  static HWY_INLINE Float<A> apply(A v, Float<A> a, Float<A> b) {
    return v.select(v.either(v.greater(a, b), v.is_nan(a)), a, b);
  }
};

}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
