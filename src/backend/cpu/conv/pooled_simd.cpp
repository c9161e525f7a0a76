#include "backend/cpu/conv/pooled.h"

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/conv/pooled_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <algorithm>
#include <array>

#include "backend/cpu/conv/few_channels-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::conv::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

using DI = hn::ScalableTag<std::int32_t>;
using DB = hn::Rebind<std::uint8_t, DI>;
using VI = hn::Vec<DI>;

struct Best {
  V value;
  VI position;
};

// The first of the largest wins; NaN is larger than everything.
HWY_INLINE Best best_of(V a, V b, V c, V d) {
  const DI di;
  Best best{a, hn::Zero(di)};
  const auto meet = [&](V candidate, std::int32_t position) HWY_ATTR {
    const auto larger = hn::AndNot(hn::IsNaN(best.value), hn::Not(hn::Le(candidate, best.value)));
    best.value = hn::IfThenElse(larger, candidate, best.value);
    best.position = hn::IfThenElse(hn::RebindMask(di, larger), hn::Set(di, position), best.position);
  };
  meet(b, 1);
  meet(c, 2);
  meet(d, 3);
  return best;
}

HWY_INLINE V only_where(VI positions, std::int32_t position, V g) {
  const D d;
  return hn::IfThenElseZero(hn::RebindMask(d, hn::Eq(positions, hn::Set(DI(), position))), g);
}

HWY_INLINE VI load_positions(const std::uint8_t* from) { return hn::PromoteTo(DI(), hn::LoadU(DB(), from)); }

void pack_lanes(const float* w, int64_t filters, int64_t taps, float* to) {
  for (int64_t block = 0; block < filters; block += kLanes) {
    for (int64_t tap = 0; tap < taps; ++tap) {
      for (int64_t lane = 0; lane < kLanes; ++lane) *to++ = w[(block + lane) * taps + tap];
    }
  }
}

// One block of filters at kCount windows side by side.
template <int kCount>
HWY_INLINE void windows(const PaddedPlanes& p, const float* corner, const float* packed, V start, bool relu,
                        float* y, std::uint8_t* positions) {
  const D d;
  const int64_t stride = p.stride(kLanes), plane = p.plane(kLanes);
  V sum[2][2 * kCount];
#pragma GCC unroll 2
  for (int r = 0; r < 2; ++r) {
#pragma GCC unroll 12
    for (int q = 0; q < 2 * kCount; ++q) sum[r][q] = start;
  }
  for (int64_t c = 0; c < p.channels; ++c) {
    for (int64_t i = 0; i < p.kernel; ++i) {
      const float* x = corner + c * plane + i * stride;
      for (int64_t j = 0; j < p.kernel; ++j, ++x, packed += kLanes) {
        const V weight = hn::LoadU(d, packed);
#pragma GCC unroll 2
        for (int r = 0; r < 2; ++r) {
#pragma GCC unroll 12
          for (int q = 0; q < 2 * kCount; ++q)
            sum[r][q] = hn::MulAdd(weight, hn::Set(d, x[r * stride + q]), sum[r][q]);
        }
      }
    }
  }
  const V zero = hn::Zero(d);
#pragma GCC unroll 6
  for (int k = 0; k < kCount; ++k) {
    V v[4] = {sum[0][2 * k], sum[0][2 * k + 1], sum[1][2 * k], sum[1][2 * k + 1]};
    if (relu) {
#pragma GCC unroll 4
      for (V& each : v) each = hn::IfThenZeroElse(hn::Le(each, zero), each);
    }
    const Best best = best_of(v[0], v[1], v[2], v[3]);
    hn::StoreU(best.value, d, y + k * kLanes);
    if (positions) hn::StoreU(hn::DemoteTo(DB(), best.position), DB(), positions + k * kLanes);
  }
}

void forward_lanes(const PaddedPlanes& p, const PooledShape& pooled, const float* planes, const float* packed,
                   int64_t filters, const float* bias, bool relu, float* y, std::uint8_t* positions) {
  const D d;
  const int64_t taps = p.channels * p.kernel * p.kernel;
  for (int64_t f = 0; f < filters; f += kLanes, packed += taps * kLanes) {
    const V start = bias ? hn::LoadU(d, bias + f) : hn::Zero(d);
    for (int64_t h = 0; h < pooled.height; ++h) {
      const float* row = planes + 2 * h * p.stride(kLanes);
      const auto step = [&]<int kCount>(int64_t at) HWY_ATTR {
        windows<kCount>(p, row + 2 * at, packed, start, relu, y, positions);
        y += kCount * kLanes;
        if (positions) positions += kCount * kLanes;
        return at + kCount;
      };
      int64_t at = 0;
      if constexpr (kWide) {
        while (at + 6 <= pooled.width) at = step.template operator()<6>(at);
      }
      while (at + 3 <= pooled.width) at = step.template operator()<3>(at);
      while (at < pooled.width) at = step.template operator()<1>(at);
    }
  }
}

// kTaps weights' gradients, those that read at `taps`, over all windows of one block of filters.
template <int kTaps>
void gradient_taps(const PaddedPlanes& p, const PooledShape& pooled, const float* planes, const int64_t* taps,
                   const float* dy, const std::uint8_t* positions, float* sums) {
  const D d;
  const int64_t stride = p.stride(kLanes);
  V sum[kTaps];
#pragma GCC unroll 9
  for (int t = 0; t < kTaps; ++t) sum[t] = hn::LoadU(d, sums + t * kLanes);
  for (int64_t h = 0; h < pooled.height; ++h) {
    const float* x = planes + 2 * h * stride;
    for (int64_t w = 0; w < pooled.width; ++w, x += 2, dy += kLanes, positions += kLanes) {
      const V g = hn::LoadU(d, dy);
      const VI at = load_positions(positions);
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
        const V part = only_where(at, k, g);
        const float* from = x + (k / 2) * stride + k % 2;
#pragma GCC unroll 9
        for (int t = 0; t < kTaps; ++t) sum[t] = hn::MulAdd(part, hn::Set(d, from[taps[t]]), sum[t]);
      }
    }
  }
#pragma GCC unroll 9
  for (int t = 0; t < kTaps; ++t) hn::StoreU(sum[t], d, sums + t * kLanes);
}

void gradient_lanes(const PaddedPlanes& p, const PooledShape& pooled, const float* planes, const float* dy,
                    const std::uint8_t* positions, int64_t filters, float* sums) {
  const D d;
  const int64_t taps = p.channels * p.kernel * p.kernel, blocks = filters / kLanes, points = pooled.points();
  std::array<int64_t, most_pooled_taps> offsets;
  for (int64_t t = 0; t < taps; ++t) {
    const int64_t i = t / p.kernel % p.kernel, j = t % p.kernel, c = t / (p.kernel * p.kernel);
    offsets[static_cast<std::size_t>(t)] = c * p.plane(kLanes) + i * p.stride(kLanes) + j;
  }
  for (int64_t block = 0; block < blocks; ++block, dy += points * kLanes, positions += points * kLanes) {
    const auto step = [&]<int kTaps>(int64_t t) HWY_ATTR {
      gradient_taps<kTaps>(p, pooled, planes, offsets.data() + t, dy, positions,
                           sums + (block * taps + t) * kLanes);
      return t + kTaps;
    };
    int64_t t = 0;
    while (t + 9 <= taps) t = step.template operator()<9>(t);
    while (t + 7 <= taps) t = step.template operator()<7>(t);
    while (t + 3 <= taps) t = step.template operator()<3>(t);
    while (t < taps) t = step.template operator()<1>(t);
    float* const bias = sums + (blocks * taps + block) * kLanes;
    V sum = hn::LoadU(d, bias);
    for (int64_t k = 0; k < points; ++k) sum = hn::Add(sum, hn::LoadU(d, dy + k * kLanes));
    hn::StoreU(sum, d, bias);
  }
}

void forward_rows(const PaddedPlanes& p, const PooledShape& pooled, const float* image, int64_t filters,
                  float* y, std::uint8_t* positions) {
  const D d;
  for (int64_t f = 0; f < filters; ++f) {
    for (int64_t h = 0; h < pooled.height; ++h) {
      const float* above = image + (f * p.out_height + 2 * h) * p.out_width;
      for (int64_t w = 0; w < pooled.width; w += kLanes) {
        V v[4];
        hn::LoadInterleaved2(d, above + 2 * w, v[0], v[1]);
        hn::LoadInterleaved2(d, above + p.out_width + 2 * w, v[2], v[3]);
        const Best best = best_of(v[0], v[1], v[2], v[3]);
        const int64_t count = std::min(kLanes, pooled.width - w);
        hn::BlendedStore(best.value, hn::FirstN(d, static_cast<std::size_t>(count)), d, y);
        y += count;
        if (!positions) continue;
        std::uint8_t marks[kLanes];
        hn::StoreU(hn::DemoteTo(DB(), best.position), DB(), marks);
        positions = std::copy_n(marks, count, positions);
      }
    }
  }
}

void backward_rows(const PaddedPlanes& p, const PooledShape& pooled, const float* dy,
                   const std::uint8_t* positions, int64_t filters, float* image) {
  const D d;
  const int64_t covered = 2 * pooled.width;
  for (int64_t f = 0; f < filters; ++f, image += p.out_height * p.out_width) {
    for (int64_t h = 0; h < pooled.height; ++h) {
      float* above = image + 2 * h * p.out_width;
      float* below = above + p.out_width;
      // Rows in order: what is written past the end of one is overwritten by the next.
      const auto row = [&](float* to, std::int32_t left) HWY_ATTR {
        for (int64_t w = 0; w < pooled.width; w += kLanes) {
          const auto count = static_cast<std::size_t>(std::min(kLanes, pooled.width - w));
          std::uint8_t marks[kLanes] = {};
          std::copy_n(positions + w, count, marks);
          const V g = hn::MaskedLoad(hn::FirstN(d, count), d, dy + w);
          const VI at = load_positions(marks);
          hn::StoreInterleaved2(only_where(at, left, g), only_where(at, left + 1, g), d, to + 2 * w);
        }
        std::fill(to + covered, to + p.out_width, 0.0f);
      };
      row(above, 0);
      row(below, 2);
      dy += pooled.width;
      positions += pooled.width;
    }
    std::fill(image + 2 * pooled.height * p.out_width, image + p.out_height * p.out_width, 0.0f);
  }
}

PooledLoops find_target() { return {pack_lanes, forward_lanes, gradient_lanes, forward_rows, backward_rows}; }

#else

PooledLoops find_target() { return {}; }

#endif

}  // namespace
}  // namespace luge::cpu::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::conv {
HWY_EXPORT(find_target);
const PooledLoops& pooled_loops() {
  static const PooledLoops found = HWY_DYNAMIC_DISPATCH(find_target)();
  return found;
}
}  // namespace luge::cpu::conv
#endif
