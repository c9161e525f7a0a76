#include "backend/cpu/conv/few_channels.h"

#include "backend/cpu/fused/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/conv/few_channels_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <algorithm>
#include <array>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::narrow::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
constexpr int64_t kLanes = hn::MaxLanes(D());
constexpr bool kWide = HWY_TARGET == HWY_AVX3;

V load_first(const float* from, int64_t count) {
  const D d;
  return count >= kLanes ? hn::LoadU(d, from)
                         : hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(count)), d, from);
}

void enter(const Planes& p, const float* x, float* planes) {
  // The part of the image that some window reads.
  const int64_t first = std::max<int64_t>(0, -p.pad_top), last = std::min(p.height, p.rows() - p.pad_top);
  const int64_t left = std::max<int64_t>(0, -p.pad_left),
                right = std::min(p.width, p.out_width + p.kernel - 1 - p.pad_left);
  for (int64_t c = 0; c < p.channels; ++c) {
    for (int64_t h = first; h < last; ++h) {
      float* to = planes + c * p.plane(kLanes) + (h + p.pad_top) * p.stride(kLanes) + p.pad_left;
      if (p.lanes_in == 0) {
        std::copy(x + (c * p.height + h) * p.width + left, x + (c * p.height + h) * p.width + right,
                  to + left);
      } else {
        const float* from = x + ((c / p.lanes_in * p.height + h) * p.width) * p.lanes_in + c % p.lanes_in;
        for (int64_t k = left; k < right; ++k) to[k] = from[k * p.lanes_in];
      }
    }
  }
}

// Filters in groups of nearly equal size, none above kGroup; places in groups of kPlaces vectors.
constexpr int64_t kGroup = 6;
constexpr int kPlaces = kWide ? 4 : 2;

int64_t groups_of(int64_t filters) { return (filters + kGroup - 1) / kGroup; }

void pack(const float* w, int64_t filters, int64_t channels, int64_t kernel, bool turned, float* to) {
  const int64_t results = turned ? channels : filters, summed = turned ? filters : channels;
  const int64_t taps = kernel * kernel, groups = groups_of(results);
  for (int64_t g = 0; g < groups; ++g) {
    const int64_t begin = results * g / groups, end = results * (g + 1) / groups;
    for (int64_t s = 0; s < summed; ++s) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        for (int64_t r = begin; r < end; ++r) {
          *to++ = turned ? w[(s * channels + r) * taps + taps - 1 - tap] : w[(r * channels + s) * taps + tap];
        }
      }
    }
  }
}

struct Group {
  const Planes& p;
  const float* planes;
  const float* packed;  // of this group
  float* y;             // of the group's first filter
  const float* bias;
  const float* addend;
  bool relu;
  float slope;
};

// `count` filters at `places` vectors of results, of which those behind the last are computed again.
template <int kernel, int count, int places>
HWY_INLINE void correlate_places(const Group& g, int64_t first) {
  const D d;
  const Planes& p = g.p;
  const int64_t across = (p.out_width + kLanes - 1) / kLanes, last = p.out_height * across - 1;
  const int64_t stride = p.stride(kLanes), plane = p.plane(kLanes), image = p.out_height * p.out_width;
  int64_t row[places], column[places];
  const float* from[places];
  for (int r = 0; r < places; ++r) {
    const int64_t at = std::min(first + r, last);
    row[r] = at / across;
    column[r] = at % across * kLanes;
    from[r] = g.planes + row[r] * stride + column[r];
  }
  // Rows of taps that meet only the border above or below the image add nothing.
  const int64_t begin = std::clamp<int64_t>(p.pad_top - row[places - 1], 0, kernel),
                end = std::clamp<int64_t>(p.height + p.pad_top - row[0], begin, kernel);
  V sum[count][places];
#pragma GCC unroll 8
  for (int f = 0; f < count; ++f) {
#pragma GCC unroll 4
    for (int r = 0; r < places; ++r) sum[f][r] = hn::Set(d, g.bias ? g.bias[f] : 0.0f);
  }
  for (int64_t c = 0; c < p.channels; ++c) {
    const float* HWY_RESTRICT w = g.packed + (c * kernel + begin) * kernel * count;
    for (int64_t i = begin; i < end; ++i) {
      const int64_t at = c * plane + i * stride;
#pragma GCC unroll 5
      for (int j = 0; j < kernel; ++j) {
        V x[places];
#pragma GCC unroll 4
        for (int r = 0; r < places; ++r) x[r] = hn::LoadU(d, from[r] + at + j);
#pragma GCC unroll 8
        for (int f = 0; f < count; ++f) {
          const V weight = hn::Set(d, w[f]);
#pragma GCC unroll 4
          for (int r = 0; r < places; ++r) sum[f][r] = hn::MulAdd(weight, x[r], sum[f][r]);
        }
        w += count;
      }
    }
  }
#pragma GCC unroll 8
  for (int f = 0; f < count; ++f) {
#pragma GCC unroll 4
    for (int r = 0; r < places; ++r) {
      const int64_t at = f * image + row[r] * p.out_width + column[r], rest = p.out_width - column[r];
      V value = sum[f][r];
      if (g.addend) value = hn::Add(value, load_first(g.addend + at, rest));
      if (g.relu)  // infinite values times a slope of 0 would be NaN; in this order NaN stays
        value = hn::Max(g.slope == 0 ? hn::Zero(d) : hn::Mul(hn::Set(d, g.slope), value), value);
      if (rest >= kLanes) {
        hn::StoreU(value, d, g.y + at);
      } else {
        hn::BlendedStore(value, hn::FirstN(d, static_cast<std::size_t>(rest)), d, g.y + at);
      }
    }
  }
}

template <int kernel, int count>
void correlate_group(const Group& g) {
  const int64_t places = g.p.out_height * ((g.p.out_width + kLanes - 1) / kLanes);
  int64_t first = 0;
  for (; first + kPlaces <= places; first += kPlaces) correlate_places<kernel, count, kPlaces>(g, first);
  for (; first < places; first += kPlaces / 2) correlate_places<kernel, count, kPlaces / 2>(g, first);
}

template <int kernel>
void correlate_groups(const Planes& p, const float* planes, const float* packed, int64_t filters, float* y,
                      const Epilogue& e) {
  static constexpr std::array functions = {&correlate_group<kernel, 1>, &correlate_group<kernel, 2>,
                                           &correlate_group<kernel, 3>, &correlate_group<kernel, 4>,
                                           &correlate_group<kernel, 5>, &correlate_group<kernel, 6>};
  const int64_t groups = groups_of(filters), image = p.out_height * p.out_width;
  for (int64_t k = 0; k < groups; ++k) {
    const int64_t begin = filters * k / groups, end = filters * (k + 1) / groups;
    functions[static_cast<std::size_t>(end - begin - 1)](
        {p, planes, packed + begin * p.channels * kernel * kernel, y + begin * image,
         e.bias ? e.bias + begin : nullptr, e.addend ? e.addend + begin * image : nullptr, e.relu, e.slope});
  }
}

void correlate(const Planes& p, const float* planes, const float* packed, int64_t filters, float* y,
               const Epilogue& e) {
  p.kernel == 3 ? correlate_groups<3>(p, planes, packed, filters, y, e)
                : correlate_groups<5>(p, planes, packed, filters, y, e);
}

// One row of taps for `count` filters: all stay in registers over the whole image.
template <int kernel, int count>
HWY_INLINE void rows_of_taps(const Planes& p, const float* planes, const float* dy, float* sums,
                             int64_t step) {
  const D d;
  const int64_t stride = p.stride(kLanes), image = p.out_height * p.out_width;
  V sum[count][kernel];
#pragma GCC unroll 4
  for (int f = 0; f < count; ++f) {
#pragma GCC unroll 5
    for (int j = 0; j < kernel; ++j) sum[f][j] = hn::Load(d, sums + f * step + j * kLanes);
  }
  const auto place = [&](const float* x, const float* from, auto load) HWY_ATTR {
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
      place(x + k, from + k, [&](const float* at) HWY_ATTR { return hn::LoadU(d, at); });
    if (rest != 0)
      place(x + whole, from + whole, [&](const float* at) HWY_ATTR { return hn::MaskedLoad(mask, d, at); });
  }
#pragma GCC unroll 4
  for (int f = 0; f < count; ++f) {
#pragma GCC unroll 5
    for (int j = 0; j < kernel; ++j) hn::Store(sum[f][j], d, sums + f * step + j * kLanes);
  }
}

template <int kernel>
void gradient_rows_of(const Planes& p, const float* planes, const float* dy, int64_t filters, float* sums) {
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

void gradient_rows(const Planes& p, const float* planes, const float* dy, int64_t filters, float* sums) {
  p.kernel == 3 ? gradient_rows_of<3>(p, planes, dy, filters, sums)
                : gradient_rows_of<5>(p, planes, dy, filters, sums);
  const D d;
  const int64_t image = p.out_height * p.out_width;
  float* bias = sums + filters * p.channels * p.kernel * p.kernel * kLanes;
  for (int64_t f = 0; f < filters; ++f) {
    V sum = hn::Load(d, bias + f * kLanes);
    for (int64_t k = 0; k < image; k += kLanes) sum = hn::Add(sum, load_first(dy + f * image + k, image - k));
    hn::Store(sum, d, bias + f * kLanes);
  }
}

// `rows` rows of taps of `channels` channels for one block of filters.
template <int kernel, int rows, int channels>
HWY_INLINE void lanes_of_taps(const Planes& p, const float* planes, const float* dy, float* sums) {
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

void gradient_lanes(const Planes& p, const float* planes, const float* dy, int64_t filters, float* sums) {
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

void finish_rows(const Planes& p, const float* sums, int64_t parts, int64_t part, int64_t filters, float* dw,
                 float* db) {
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

void finish_lanes(const Planes& p, const float* sums, int64_t parts, int64_t part, int64_t filters, float* dw,
                  float* db) {
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

Loops find_target() {
  return {static_cast<int>(kLanes), enter,       pack,        correlate, gradient_rows,
          gradient_lanes,           finish_rows, finish_lanes};
}

#else

Loops find_target() { return {}; }

#endif

}  // namespace
}  // namespace luge::narrow::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::narrow {
HWY_EXPORT(find_target);
const Loops& loops() {
  static const Loops found = HWY_DYNAMIC_DISPATCH(find_target)();
  return found;
}
}  // namespace luge::narrow
#endif
