#include "backend/cpu/guard/largest.h"

#include <algorithm>

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/guard/largest_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::guard::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Without their sign, floating numbers are ordered as their bits are, infinity and NaN at the end.
template <class T, class Signed>
std::uint64_t largest(const T* x, std::int64_t count) {
  const hn::ScalableTag<Signed> d;  // without sign, signed comparison does
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  constexpr T kMagnitude = static_cast<T>(~T{0}) >> 1;
  const auto magnitude = hn::Set(d, static_cast<Signed>(kMagnitude));
  const auto* from = reinterpret_cast<const Signed*>(x);
  auto a = hn::Zero(d), b = a, e = a, f = a;
  std::int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    a = hn::Max(a, hn::And(hn::LoadU(d, from + i), magnitude));
    b = hn::Max(b, hn::And(hn::LoadU(d, from + i + lanes), magnitude));
    e = hn::Max(e, hn::And(hn::LoadU(d, from + i + 2 * lanes), magnitude));
    f = hn::Max(f, hn::And(hn::LoadU(d, from + i + 3 * lanes), magnitude));
  }
  a = hn::Max(hn::Max(a, b), hn::Max(e, f));
  HWY_ALIGN Signed parts[HWY_MAX_BYTES / sizeof(Signed)];
  hn::Store(a, d, parts);
  T most = 0;
  for (std::int64_t k = 0; k < lanes; ++k) most = std::max(most, static_cast<T>(parts[k]));
  for (; i < count; ++i) most = std::max(most, static_cast<T>(x[i] & kMagnitude));
  return most;
}

const Functions& find_target() {
  static constexpr Functions all{largest<std::uint16_t, std::int16_t>, largest<std::uint32_t, std::int32_t>,
                                 largest<std::uint64_t, std::int64_t>};
  return all;
}

}  // namespace
}  // namespace luge::cpu::guard::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::guard {
HWY_EXPORT(find_target);
const Functions& functions() { return HWY_DYNAMIC_DISPATCH(find_target)(); }
}  // namespace luge::cpu::guard
#endif
