#include "backend/cpu/bf16x3/split.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/bf16x3/split_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/bfloat16-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::bf16x3::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using namespace bf16::HWY_NAMESPACE;
using std::int64_t;

struct Halves {
  float hi, lo;
  explicit Halves(float x) : hi(static_cast<float>(bfloat16(x))), lo(static_cast<float>(bfloat16(x - hi))) {}
  float of(Half half) const { return half == Half::hi ? hi : lo; }
};

// `count` numbers of a run; parts of it lie `run` apart in the result.
bool pack_part(const Order& order, const float* from, bfloat16* to, int64_t run, int64_t count) {
  const hn::ScalableTag<float> d;
  const auto vector = static_cast<int64_t>(hn::Lanes(d));
  const hn::Rebind<std::int32_t, decltype(d)> bits;
  auto largest = hn::Zero(bits);  // magnitudes compare as their bits do
  int64_t i = 0;
  for (; i + vector <= count; i += vector) {
    const auto x = hn::LoadU(d, from + i);
    const auto hi = round_to_bf16(d, x), lo = round_to_bf16(d, hn::Sub(x, hi));
    largest = hn::Max(largest, hn::And(hn::BitCast(bits, hi), hn::Set(bits, 0x7fffffff)));
    store_upper(d, hi, to + i);
    store_upper(d, order[1] == Half::hi ? hi : lo, to + run + i);
    store_upper(d, order[2] == Half::hi ? hi : lo, to + 2 * run + i);
  }
  bool rest = true;
  for (; i < count; ++i) {
    const Halves halves(from[i]);
    rest = rest && std::abs(halves.hi) <= std::numeric_limits<float>::max();
    for (std::size_t k = 0; k < 3; ++k) to[static_cast<int64_t>(k) * run + i] = bfloat16(halves.of(order[k]));
  }
  return rest && hn::AllTrue(bits, hn::Lt(largest, hn::Set(bits, 0x7f800000)));
}

// Numbers first … last - 1 of all, run by run.
bool pack_range(const Runs& runs, const Order& order, const float* from, bfloat16* to, int64_t first,
                int64_t last) {
  bool finite = true;
  while (first < last) {
    const int64_t outer = first / runs.run, at = first % runs.run;
    const int64_t count = std::min(last - first, runs.run - at);
    finite &= pack_part(order, from + first, to + 3 * outer * runs.run + at, runs.run, count);
    first += count;
  }
  return finite;
}

using Range = bool (*)(const Runs&, const Order&, const float*, bfloat16*, int64_t, int64_t);
Range find_range() { return pack_range; }

}  // namespace
}  // namespace luge::cpu::bf16x3::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::bf16x3 {
HWY_EXPORT(find_range);

bool pack(const Runs& runs, const Order& order, const float* from, bfloat16* to, int threads) {
  const auto range = HWY_DYNAMIC_DISPATCH(find_range)();
  const std::int64_t numbers = runs.numbers();
  if (threads <= 1) return range(runs, order, from, to, 0, numbers);
  bool finite = true;
#pragma omp parallel for num_threads(threads) schedule(static) reduction(&& : finite)
  for (int part = 0; part < threads; ++part) {
    const std::int64_t first = numbers * part / threads, last = numbers * (part + 1) / threads;
    finite = range(runs, order, from, to, first, last) && finite;
  }
  return finite;
}

}  // namespace luge::cpu::bf16x3
#endif
