// Between bfloat16 in memory and float32 vectors. Per-target include guard, as Highway wants it.
#if defined(LUGE_BFLOAT16_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_BFLOAT16_INL_H_
#undef LUGE_BFLOAT16_INL_H_
#else
#define LUGE_BFLOAT16_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"
#include "luge/dtype.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::bf16::HWY_NAMESPACE {

template <class D>
using Floats = hwy::HWY_NAMESPACE::Vec<D>;

/// Lanes(d) elements as float32.
template <class D>
HWY_INLINE Floats<D> load_bf16(D d, const bfloat16* from) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::Rebind<std::uint16_t, D> half;
  const hn::Rebind<std::uint32_t, D> bits;
  const auto loaded = hn::LoadU(half, reinterpret_cast<const std::uint16_t*>(from));
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(bits, loaded)));
}

/// The upper halves of the numbers: what bfloat16 keeps when it need not round.
template <class D>
HWY_INLINE void store_upper(D, Floats<D> v, bfloat16* to) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::Rebind<std::uint16_t, D> half;
  const hn::Rebind<std::int32_t, D> bits;
  const hn::Rebind<std::uint32_t, D> plain;
  const auto upper = hn::BitCast(bits, hn::ShiftRight<16>(hn::BitCast(plain, v)));
  hn::StoreU(hn::DemoteTo(half, upper), half, reinterpret_cast<std::uint16_t*>(to));
}

/// Rounded to nearest, ties to even, as float32 numbers whose lower halves are zero; NaN stays NaN.
template <class D>
HWY_INLINE Floats<D> round_to_bf16(D d, Floats<D> v) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::Rebind<std::uint32_t, D> plain;
  const auto bits = hn::BitCast(plain, v);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(plain, 1u));
  const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(plain, 0x7fffu)));
  const auto quiet = hn::Or(bits, hn::Set(plain, 0x400000u));
  const auto result = hn::IfThenElse(hn::RebindMask(plain, hn::IsNaN(v)), quiet, rounded);
  return hn::BitCast(d, hn::And(result, hn::Set(plain, 0xffff0000u)));
}

template <class D>
HWY_INLINE void store_bf16(D d, Floats<D> v, bfloat16* to) {
  store_upper(d, round_to_bf16(d, v), to);
}

}  // namespace luge::cpu::bf16::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
