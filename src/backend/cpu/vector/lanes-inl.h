// Registers of f32, and those that are filled in part. Per-target include guard, as Highway wants it.
#if defined(LUGE_VECTOR_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_VECTOR_LANES_INL_H_
#undef LUGE_VECTOR_LANES_INL_H_
#else
#define LUGE_VECTOR_LANES_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::vector::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F = hn::ScalableTag<float>;
using Register = hn::Vec<F>;
inline constexpr int kLanes = static_cast<int>(hn::MaxLanes(F()));

/// The first `count` lanes; more than there are: all. What is masked out is not touched.
HWY_INLINE Register load_lanes(const float* from, std::int64_t count) {
  const F d;
  if (count >= kLanes) return hn::LoadU(d, from);
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(count)), d, from);
#else
  alignas(64) float buffer[HWY_MAX_BYTES / sizeof(float)] = {};
  std::memcpy(buffer, from, static_cast<std::size_t>(count) * sizeof(float));
  return hn::Load(d, buffer);
#endif
}
HWY_INLINE void store_lanes(Register value, float* to, std::int64_t count) {
  const F d;
  if (count >= kLanes) return hn::StoreU(value, d, to);
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  hn::BlendedStore(value, hn::FirstN(d, static_cast<std::size_t>(count)), d, to);
#else
  alignas(64) float buffer[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(value, d, buffer);
  std::memcpy(to, buffer, static_cast<std::size_t>(count) * sizeof(float));
#endif
}
/// The first `count` lanes of x, 0 after them.
HWY_INLINE Register first_lanes(Register x, std::int64_t count) {
  if (count >= kLanes) return x;
  return hn::IfThenElseZero(hn::FirstN(F(), static_cast<std::size_t>(count > 0 ? count : 0)), x);
}

}  // namespace luge::cpu::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
