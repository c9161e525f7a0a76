#include "data/views/scaling.h"

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "data/views/scaling_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::data::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using std::size_t;

template <class D>
auto load(D d, const std::uint8_t* from) {
  const hn::Rebind<std::int32_t, D> whole;
  return hn::ConvertTo(d, hn::PromoteTo(whole, hn::LoadU(hn::Rebind<std::uint8_t, D>(), from)));
}
template <class D>
auto load(D d, const float* from) {
  return hn::LoadU(d, from);
}

template <class T>
void scale_all(const T* from, size_t count, float* to, float offset, float scale) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const auto center = hn::Set(d, offset), factor = hn::Set(d, scale);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(hn::Mul(hn::Sub(load(d, from + i), center), factor), d, to + i);
  for (; i < count; ++i) to[i] = (static_cast<float>(from[i]) - offset) * scale;
}

void scale_bytes(const std::uint8_t* from, size_t count, float* to, float offset, float scale) {
  scale_all(from, count, to, offset, scale);
}
void scale_floats(const float* from, size_t count, float* to, float offset, float scale) {
  scale_all(from, count, to, offset, scale);
}

// 0 * x is 0 for every finite x. Four sums are independent of each other.
bool are_finite(const float* numbers, size_t count) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const auto zero = hn::Zero(d);
  auto a = zero, b = zero, c = zero, e = zero;
  size_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    a = hn::Add(a, hn::Mul(hn::LoadU(d, numbers + i), zero));
    b = hn::Add(b, hn::Mul(hn::LoadU(d, numbers + i + lanes), zero));
    c = hn::Add(c, hn::Mul(hn::LoadU(d, numbers + i + 2 * lanes), zero));
    e = hn::Add(e, hn::Mul(hn::LoadU(d, numbers + i + 3 * lanes), zero));
  }
  float rest = 0;
  for (; i < count; ++i) rest += 0.0f * numbers[i];
  const auto sum = hn::Add(hn::Add(a, b), hn::Add(c, e));
  return hn::AllTrue(d, hn::Eq(sum, zero)) && rest == 0;
}

}  // namespace
}  // namespace luge::data::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::data {
HWY_EXPORT(scale_bytes);
HWY_EXPORT(scale_floats);
HWY_EXPORT(are_finite);

void scale_numbers(const std::uint8_t* from, std::size_t count, float* to, float offset, float scale) {
  HWY_DYNAMIC_DISPATCH(scale_bytes)(from, count, to, offset, scale);
}
void scale_numbers(const float* from, std::size_t count, float* to, float offset, float scale) {
  HWY_DYNAMIC_DISPATCH(scale_floats)(from, count, to, offset, scale);
}
bool all_finite(const float* numbers, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(are_finite)(numbers, count);
}

}  // namespace luge::data
#endif
