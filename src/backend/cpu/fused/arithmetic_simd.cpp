// Arithmetic on f32 and f64 registers.
#include "backend/cpu/fused/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/fused/arithmetic_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/fused/families.h"
#include "backend/cpu/fused/vector-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

// clang-format off
struct Neg { template <class D, class V> static HWY_INLINE V apply(D, V a) { return hn::Neg(a); } };
struct Abs { template <class D, class V> static HWY_INLINE V apply(D, V a) { return hn::Abs(a); } };
struct Sqrt { template <class D, class V> static HWY_INLINE V apply(D, V a) { return hn::Sqrt(a); } };
struct Rsqrt { template <class D, class V> static HWY_INLINE V apply(D d, V a) { return hn::Div(hn::Set(d, 1), hn::Sqrt(a)); } };
struct Square { template <class D, class V> static HWY_INLINE V apply(D, V a) { return hn::Mul(a, a); } };
struct Reciprocal { template <class D, class V> static HWY_INLINE V apply(D d, V a) { return hn::Div(hn::Set(d, 1), a); } };
struct Floor { template <class D, class V> static HWY_INLINE V apply(D, V a) { return hn::Floor(a); } };
struct Ceil { template <class D, class V> static HWY_INLINE V apply(D, V a) { return hn::Ceil(a); } };
struct Round { template <class D, class V> static HWY_INLINE V apply(D, V a) { return hn::Round(a); } };
struct Trunc { template <class D, class V> static HWY_INLINE V apply(D, V a) { return hn::Trunc(a); } };
struct Relu { template <class D, class V> static HWY_INLINE V apply(D d, V a) { return hn::IfThenZeroElse(hn::Le(a, hn::Zero(d)), a); } };
struct Copy { template <class D, class V> static HWY_INLINE V apply(D, V a) { return a; } };
struct Sign {
  template <class D, class V> static HWY_INLINE V apply(D d, V a) {
    const auto zero = hn::Zero(d);
    const auto one = hn::IfThenElse(hn::Gt(a, zero), hn::Set(d, 1), a);
    return hn::IfThenElse(hn::Lt(a, zero), hn::Set(d, -1), one);
  }
};
struct Add { template <class D, class V> static HWY_INLINE V apply(D, V a, V b) { return hn::Add(a, b); } };
struct Sub { template <class D, class V> static HWY_INLINE V apply(D, V a, V b) { return hn::Sub(a, b); } };
struct Mul { template <class D, class V> static HWY_INLINE V apply(D, V a, V b) { return hn::Mul(a, b); } };
struct Div { template <class D, class V> static HWY_INLINE V apply(D, V a, V b) { return hn::Div(a, b); } };
// A NaN on either side stays.
struct Minimum {
  template <class D, class V> static HWY_INLINE V apply(D, V a, V b) {
    return hn::IfThenElse(hn::Or(hn::Lt(a, b), hn::IsNaN(a)), a, b);
  }
};
struct Maximum {
  template <class D, class V> static HWY_INLINE V apply(D, V a, V b) {
    return hn::IfThenElse(hn::Or(hn::Gt(a, b), hn::IsNaN(a)), a, b);
  }
};
struct ReluMask {
  template <class D, class V> static HWY_INLINE V apply(D d, V g, V y) { return hn::IfThenElseZero(hn::Gt(y, hn::Zero(d)), g); }
};
// clang-format on

template <class T>
MapFunction find(Instruction instruction) {
  using enum Instruction;
  switch (instruction) {
    case copy: return map_one<T, Copy>;
    case neg: return map_one<T, Neg>;
    case abs: return map_one<T, Abs>;
    case sign: return map_one<T, Sign>;
    case sqrt: return map_one<T, Sqrt>;
    case rsqrt: return map_one<T, Rsqrt>;
    case square: return map_one<T, Square>;
    case reciprocal: return map_one<T, Reciprocal>;
    case floor: return map_one<T, Floor>;
    case ceil: return map_one<T, Ceil>;
    case round: return map_one<T, Round>;
    case trunc: return map_one<T, Trunc>;
    case relu: return map_one<T, Relu>;
    case add: return map_two<T, Add>;
    case sub: return map_two<T, Sub>;
    case mul: return map_two<T, Mul>;
    case div: return map_two<T, Div>;
    case minimum: return map_two<T, Minimum>;
    case maximum: return map_two<T, Maximum>;
    case relu_mask: return map_two<T, ReluMask>;
    default: return nullptr;
  }
}

MapFunction find_target(Instruction instruction, DType type) {
  return type == DType::f32 ? find<float>(instruction) : find<double>(instruction);
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::fused {
HWY_EXPORT(find_target);
MapFunction find_arithmetic(Instruction instruction, DType type) {
  return HWY_DYNAMIC_DISPATCH(find_target)(instruction, type);
}
}  // namespace luge::cpu::fused
#endif
