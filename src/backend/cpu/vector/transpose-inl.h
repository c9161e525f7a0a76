// Rows turned into columns, in registers. Per-target include guard, as Highway wants it.
#if defined(LUGE_VECTOR_TURN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_VECTOR_TURN_INL_H_
#undef LUGE_VECTOR_TURN_INL_H_
#else
#define LUGE_VECTOR_TURN_INL_H_
#endif

#include "backend/cpu/vector/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::vector::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
/// Four numbers of each of the rows first, first + 4, first + 8 and so on, in the parts of a register.
template <class Row>
HWY_INLINE Register load_quads(const Row& row, std::int64_t first) {
  const hn::FixedTag<float, 4> quad;
  const hn::FixedTag<float, 8> two;
  const auto low = hn::Combine(two, hn::LoadU(quad, row(first + 4)), hn::LoadU(quad, row(first)));
#if HWY_TARGET == HWY_AVX3
  const auto high = hn::Combine(two, hn::LoadU(quad, row(first + 12)), hn::LoadU(quad, row(first + 8)));
  return hn::Combine(F(), high, low);
#else
  return low;
#endif
}

/// Four numbers of each of kLanes rows: to[k · step + r] = row(r)[k].
template <class Row>
HWY_INLINE void turn_quads(const Row& row, float* to, std::int64_t step) {
  const F d;
  const hn::RepartitionToWide<hn::RebindToUnsigned<F>> pairs;
  const auto r0 = load_quads(row, 0), r1 = load_quads(row, 1), r2 = load_quads(row, 2),
             r3 = load_quads(row, 3);
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, low01, low23)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, low01, low23)), d, to + step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, high01, high23)), d, to + 2 * step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, high01, high23)), d, to + 3 * step);
}
#endif

}  // namespace luge::cpu::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
