// Comparisons, logic, classification and choice for one register type. Per-target include guard, as Highway
// wants it.
#if defined(LUGE_FUSED_COMPARE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_FUSED_COMPARE_INL_H_
#undef LUGE_FUSED_COMPARE_INL_H_
#else
#define LUGE_FUSED_COMPARE_INL_H_
#endif

#include "backend/cpu/fused/families.h"
#include "backend/cpu/fused/plain-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace {

using Truth = std::uint8_t;

// clang-format off
struct Equal { template <class T> static HWY_INLINE Truth apply(T a, T b) { return a == b; } };
struct NotEqual { template <class T> static HWY_INLINE Truth apply(T a, T b) { return a != b; } };
struct Less { template <class T> static HWY_INLINE Truth apply(T a, T b) { return a < b; } };
struct LessEqual { template <class T> static HWY_INLINE Truth apply(T a, T b) { return a <= b; } };
struct Greater { template <class T> static HWY_INLINE Truth apply(T a, T b) { return a > b; } };
struct GreaterEqual { template <class T> static HWY_INLINE Truth apply(T a, T b) { return a >= b; } };
struct And { template <class T> static HWY_INLINE Truth apply(T a, T b) { return (a != 0) & (b != 0); } };
struct Or { template <class T> static HWY_INLINE Truth apply(T a, T b) { return (a != 0) | (b != 0); } };
struct Xor { template <class T> static HWY_INLINE Truth apply(T a, T b) { return (a != 0) != (b != 0); } };
struct Not { template <class T> static HWY_INLINE Truth apply(T a) { return a == 0; } };
// For integers the differences fold to constants.
struct IsNan { template <class T> static HWY_INLINE Truth apply(T a) { return a != a; } };
struct IsFinite { template <class T> static HWY_INLINE Truth apply(T a) { return static_cast<T>(a - a) == 0; } };
struct IsInf { template <class T> static HWY_INLINE Truth apply(T a) { return a == a && static_cast<T>(a - a) != 0; } };
// clang-format on

template <std::size_t A, std::size_t B, class T>
HWY_INLINE void choose(T* to, const Truth* condition, const T* a, const T* b, std::size_t count) {
  LUGE_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    const T x = a[i * A], y = b[i * B];
    to[i] = condition[i] ? x : y;
  }
}

template <class T>
void select_loop(void* out, const void* const* in, const std::size_t* step, std::size_t count) {
  T* to = static_cast<T*>(out);
  const Truth* condition = static_cast<const Truth*>(in[0]);
  const T* a = static_cast<const T*>(in[1]);
  const T* b = static_cast<const T*>(in[2]);
  if (!step[0]) {
    const std::size_t k = condition[0] ? 1 : 2;
    const T* from = static_cast<const T*>(in[k]);
    for (std::size_t i = 0; i < count; ++i) to[i] = from[i * step[k]];
    return;
  }
  if (step[1] && step[2]) return choose<1, 1>(to, condition, a, b, count);
  if (step[1]) return choose<1, 0>(to, condition, a, b, count);
  if (step[2]) return choose<0, 1>(to, condition, a, b, count);
  choose<0, 0>(to, condition, a, b, count);
}

template <class T>
MapFunction compare_loop(Instruction instruction) {
  using enum Instruction;
  switch (instruction) {
    case equal: return plain_two<Truth, T, Equal>;
    case not_equal: return plain_two<Truth, T, NotEqual>;
    case less: return plain_two<Truth, T, Less>;
    case less_equal: return plain_two<Truth, T, LessEqual>;
    case greater: return plain_two<Truth, T, Greater>;
    case greater_equal: return plain_two<Truth, T, GreaterEqual>;
    case logical_and: return plain_two<Truth, T, And>;
    case logical_or: return plain_two<Truth, T, Or>;
    case logical_xor: return plain_two<Truth, T, Xor>;
    case logical_not: return plain_one<Truth, T, Not>;
    case isnan: return plain_one<Truth, T, IsNan>;
    case isinf: return plain_one<Truth, T, IsInf>;
    case isfinite: return plain_one<Truth, T, IsFinite>;
    case select: return select_loop<T>;
    default: return nullptr;
  }
}

}  // namespace
}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
