// The gradient of the weights where images have few channels: vectors along rows, or of filters.
#include "backend/cpu/conv/few_channels.h"

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/conv/few_channels_weights_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <algorithm>

#include "backend/cpu/conv/few_channels-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::conv::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

// One row of taps for `count` filters: all stay in registers over the whole image.
template <int kernel, int count>
HWY_INLINE void rows_of_taps(const PaddedPlanes& p, const float* planes, const float* dy, float* sums,
                             int64_t step) {
  const D d;
  const int64_t stride = p.stride(kLanes), image = p.out_height * p.out_width;
  V sum[count][kernel];
#pragma GCC unroll 4
  for (int f = 0; f < count; ++f) {
#pragma GCC unroll 5
    for (int j = 0; j < kernel; ++j) sum[f][j] = hn::Load(d, sums + f * step + j * kLanes);
  }
  const auto add_products = [&](const float* x, const float* from, auto load) HWY_ATTR {
    V gradient[count];
#pragma GCC unroll 4
    for (int f = 0; f < count; ++f) gradient[f] = load(from + f * image);
#pragma GCC unroll 5
    for (int j = 0; j < kernel; ++j) {
      const V value = hn::LoadU(d, x + j);
#pragma GCC unroll 4
      for (int f = 0; f < count; ++f) sum[f][j] = hn::MulAdd(value, gradient[f], sum[f][j]);
    }
  };
  const int64_t rest = p.out_width % kLanes, whole = p.out_width - rest;
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(rest));
  for (int64_t h = 0; h < p.out_height; ++h) {
    const float* x = planes + h * stride;
    const float* from = dy + h * p.out_width;
    for (int64_t k = 0; k < whole; k += kLanes)
      add_products(x + k, from + k, [&](const float* at) HWY_ATTR { return hn::LoadU(d, at); });
    if (rest != 0)
      add_products(x + whole, from + whole,
                   [&](const float* at) HWY_ATTR { return hn::MaskedLoad(mask, d, at); });
  }
#pragma GCC unroll 4
  for (int f = 0; f < count; ++f) {
#pragma GCC unroll 5
    for (int j = 0; j < kernel; ++j) hn::Store(sum[f][j], d, sums + f * step + j * kLanes);
  }
}

template <int kernel>
void gradient_rows_of(const PaddedPlanes& p, const float* planes, const float* dy, int64_t filters,
                      float* sums) {
  constexpr int group = kWide ? 3 : 2;
  const int64_t step = p.channels * kernel * kernel * kLanes, image = p.out_height * p.out_width;
  for (int64_t c = 0; c < p.channels; ++c) {
    for (int64_t i = 0; i < kernel; ++i) {
      const float* x = planes + c * p.plane(kLanes) + i * p.stride(kLanes);
      float* to = sums + (c * kernel + i) * kernel * kLanes;
      int64_t f = 0;
      for (; f + group <= filters; f += group)
        rows_of_taps<kernel, group>(p, x, dy + f * image, to + f * step, step);
      for (; f < filters; ++f) rows_of_taps<kernel, 1>(p, x, dy + f * image, to + f * step, step);
    }
  }
}

void gradient_rows(const PaddedPlanes& p, const float* planes, const float* dy, int64_t filters,
                   float* sums) {
  p.kernel == 3 ? gradient_rows_of<3>(p, planes, dy, filters, sums)
                : gradient_rows_of<5>(p, planes, dy, filters, sums);
  const D d;
  const int64_t image = p.out_height * p.out_width;
  float* bias = sums + filters * p.channels * p.kernel * p.kernel * kLanes;
  for (int64_t f = 0; f < filters; ++f) {
    V sum = hn::Load(d, bias + f * kLanes);
    for (int64_t k = 0; k < image; k += kLanes) sum = hn::Add(sum, load_lanes(dy + f * image + k, image - k));
    hn::Store(sum, d, bias + f * kLanes);
  }
}

// `rows` rows of taps of `channels` channels for one block of filters.
template <int kernel, int rows, int channels>
HWY_INLINE void lanes_of_taps(const PaddedPlanes& p, const float* planes, const float* dy, float* sums) {
  constexpr int taps = rows * kernel;
  const D d;
  const int64_t stride = p.stride(kLanes), plane = p.plane(kLanes);
  V sum[channels][taps];
#pragma GCC unroll 3
  for (int c = 0; c < channels; ++c) {
#pragma GCC unroll 25
    for (int t = 0; t < taps; ++t) sum[c][t] = hn::Load(d, sums + (c * taps + t) * kLanes);
  }
  for (int64_t h = 0; h < p.out_height; ++h) {
    const float* row[channels][rows];
#pragma GCC unroll 3
    for (int c = 0; c < channels; ++c) {
#pragma GCC unroll 5
      for (int i = 0; i < rows; ++i) row[c][i] = planes + c * plane + (h + i) * stride;
    }
    for (int64_t k = 0; k < p.out_width; ++k, dy += kLanes) {
      const V gradient = hn::Load(d, dy);
#pragma GCC unroll 3
      for (int c = 0; c < channels; ++c) {
#pragma GCC unroll 25
        for (int t = 0; t < taps; ++t) {
          sum[c][t] = hn::MulAdd(gradient, hn::Set(d, row[c][t / kernel][k + t % kernel]), sum[c][t]);
        }
      }
    }
  }
#pragma GCC unroll 3
  for (int c = 0; c < channels; ++c) {
#pragma GCC unroll 25
    for (int t = 0; t < taps; ++t) hn::Store(sum[c][t], d, sums + (c * taps + t) * kLanes);
  }
}

void gradient_lanes(const PaddedPlanes& p, const float* planes, const float* dy, int64_t filters,
                    float* sums) {
  const D d;
  const int64_t blocks = (filters + kLanes - 1) / kLanes, image = p.out_height * p.out_width * kLanes,
                taps = p.kernel * p.kernel, plane = p.plane(kLanes);
  float* bias = sums + blocks * p.channels * taps * kLanes;
  for (int64_t block = 0; block < blocks; ++block, dy += image) {
    float* to = sums + block * p.channels * taps * kLanes;
    for (int64_t c = 0; c < p.channels; ++c) {
      const float* x = planes + c * plane;
      float* sum = to + c * taps * kLanes;
      if (p.kernel == 3) {
        if (kWide && c + 3 <= p.channels) {
          lanes_of_taps<3, 3, kWide ? 3 : 1>(p, x, dy, sum);
          c += 2;
        } else {
          lanes_of_taps<3, 3, 1>(p, x, dy, sum);
        }
      } else if (kWide) {  // all 25 leave gcc no register
        constexpr int most = kWide ? 3 : 2;
        lanes_of_taps<5, most, 1>(p, x, dy, sum);
        lanes_of_taps<5, 2, 1>(p, x + 3 * p.stride(kLanes), dy, sum + 15 * kLanes);
      } else {
        const int64_t stride = p.stride(kLanes);
        lanes_of_taps<5, 2, 1>(p, x, dy, sum);
        lanes_of_taps<5, 2, 1>(p, x + 2 * stride, dy, sum + 10 * kLanes);
        lanes_of_taps<5, 1, 1>(p, x + 4 * stride, dy, sum + 20 * kLanes);
      }
    }
    V even = hn::Load(d, bias + block * kLanes), odd = hn::Zero(d);
    for (int64_t k = 0; k < image; k += 2 * kLanes) {
      even = hn::Add(even, hn::Load(d, dy + k));
      if (k + kLanes < image) odd = hn::Add(odd, hn::Load(d, dy + k + kLanes));
    }
    hn::Store(hn::Add(even, odd), d, bias + block * kLanes);
  }
}

void finish_rows(const PaddedPlanes& p, const float* sums, int64_t parts, int64_t part, int64_t filters,
                 float* dw, float* db) {
  const D d;
  const int64_t weights = filters * p.channels * p.kernel * p.kernel;
  for (int64_t k = 0; k < weights + (db ? filters : 0); ++k) {
    V sum = hn::Load(d, sums + k * kLanes);
    for (int64_t other = 1; other < parts; ++other)
      sum = hn::Add(sum, hn::Load(d, sums + other * part + k * kLanes));
    const float total = hn::GetLane(hn::SumOfLanes(d, sum));
    k < weights ? dw[k] = total : db[k - weights] = total;
  }
}

void finish_lanes(const PaddedPlanes& p, const float* sums, int64_t parts, int64_t part, int64_t filters,
                  float* dw, float* db) {
  const int64_t row = p.channels * p.kernel * p.kernel, blocks = (filters + kLanes - 1) / kLanes;
  const auto total = [&](int64_t at) HWY_ATTR {
    float sum = sums[at];
    for (int64_t other = 1; other < parts; ++other) sum += sums[other * part + at];
    return sum;
  };
  for (int64_t f = 0; f < filters; ++f) {
    const int64_t block = f / kLanes, lane = f % kLanes;
    for (int64_t k = 0; k < row; ++k) dw[f * row + k] = total((block * row + k) * kLanes + lane);
    if (db) db[f] = total((blocks * row + block) * kLanes + lane);
  }
}

FewChannelsGradientLoops find_target() { return {gradient_rows, gradient_lanes, finish_rows, finish_lanes}; }

#else

FewChannelsGradientLoops find_target() { return {}; }

#endif

}  // namespace
}  // namespace luge::cpu::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::conv {
HWY_EXPORT(find_target);
const FewChannelsGradientLoops& few_channels_gradient_loops() {
  static const FewChannelsGradientLoops found = HWY_DYNAMIC_DISPATCH(find_target)();
  return found;
}
}  // namespace luge::cpu::conv
#endif
