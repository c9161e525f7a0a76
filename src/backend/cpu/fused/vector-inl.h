// Loops over vectors, for functors that take and give vectors. Per-target include guard, as Highway wants it.
#if defined(LUGE_FUSED_VECTOR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_FUSED_VECTOR_INL_H_
#undef LUGE_FUSED_VECTOR_INL_H_
#else
#define LUGE_FUSED_VECTOR_INL_H_
#endif

#include <cstring>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::fused::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The last, partial vector. Masked moves do not touch what is masked out on the targets that have them.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_part(D d, const T* from, std::size_t count) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  return hn::MaskedLoad(hn::FirstN(d, count), d, from);
#else
  alignas(64) T buffer[HWY_MAX_BYTES / sizeof(T)] = {};
  std::memcpy(buffer, from, count * sizeof(T));
  return hn::Load(d, buffer);
#endif
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_part(hn::Vec<D> v, D d, T* to, std::size_t count) {
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  hn::BlendedStore(v, hn::FirstN(d, count), d, to);
#else
  alignas(64) T buffer[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(v, d, buffer);
  std::memcpy(to, buffer, count * sizeof(T));
#endif
}

template <class T, class F>
void map_one(void* out, const void* const* in, const std::size_t* step, std::size_t count) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  T* to = static_cast<T*>(out);
  const T* a = static_cast<const T*>(in[0]);
  const std::size_t sa = step[0];
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(F::apply(d, hn::LoadU(d, a + i * sa)), d, to + i);
  if (i < count) store_part(F::apply(d, load_part(d, a + i * sa, count - i)), d, to + i, count - i);
}

template <class T, class F>
void map_two(void* out, const void* const* in, const std::size_t* step, std::size_t count) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  T* to = static_cast<T*>(out);
  const T* a = static_cast<const T*>(in[0]);
  const T* b = static_cast<const T*>(in[1]);
  const std::size_t sa = step[0], sb = step[1];
  std::size_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    const auto first = F::apply(d, hn::LoadU(d, a + i * sa), hn::LoadU(d, b + i * sb));
    const auto second = F::apply(d, hn::LoadU(d, a + (i + lanes) * sa), hn::LoadU(d, b + (i + lanes) * sb));
    hn::StoreU(first, d, to + i);
    hn::StoreU(second, d, to + i + lanes);
  }
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(F::apply(d, hn::LoadU(d, a + i * sa), hn::LoadU(d, b + i * sb)), d, to + i);
  }
  if (i < count) {
    const std::size_t rest = count - i;
    store_part(F::apply(d, load_part(d, a + i * sa, rest), load_part(d, b + i * sb, rest)), d, to + i, rest);
  }
}

}  // namespace luge::cpu::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
