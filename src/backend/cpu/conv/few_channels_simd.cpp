// Images with few channels, correlated with windows along their rows: the forward pass and the gradient of
// the image.
#include "backend/cpu/conv/few_channels.h"

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/conv/few_channels_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <algorithm>
#include <array>

#include "backend/cpu/conv/few_channels-inl.h"
#include "backend/cpu/conv/post_ops-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::conv::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

void enter(const PaddedPlanes& p, const float* x, float* planes) {
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

// Filters in groups of nearly equal size, none above kGroup; results in groups of kVectors vectors.
constexpr int64_t kGroup = 6;
constexpr int kVectors = kWide ? 4 : 2;

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
  const PaddedPlanes& p;
  const float* planes;
  const float* packed;  // of this group
  float* y;             // of the group's first filter
  const float* bias;
  const float* addend;
  const PostOpValues& post_ops;
};

// `count` filters at `vectors` vectors of results, of which those after the last are computed again.
template <int kernel, int count, int vectors>
HWY_INLINE void correlate_vectors(const Group& g, int64_t first) {
  const D d;
  const PaddedPlanes& p = g.p;
  const int64_t across = (p.out_width + kLanes - 1) / kLanes, last = p.out_height * across - 1;
  const int64_t stride = p.stride(kLanes), plane = p.plane(kLanes), image = p.out_height * p.out_width;
  int64_t row[vectors], column[vectors];
  const float* from[vectors];
  for (int r = 0; r < vectors; ++r) {
    const int64_t at = std::min(first + r, last);
    row[r] = at / across;
    column[r] = at % across * kLanes;
    from[r] = g.planes + row[r] * stride + column[r];
  }
  // Rows of taps that meet only the border above or below the image add nothing.
  const int64_t begin = std::clamp<int64_t>(p.pad_top - row[vectors - 1], 0, kernel),
                end = std::clamp<int64_t>(p.height + p.pad_top - row[0], begin, kernel);
  V sum[count][vectors];
#pragma GCC unroll 8
  for (int f = 0; f < count; ++f) {
#pragma GCC unroll 4
    for (int r = 0; r < vectors; ++r) sum[f][r] = hn::Set(d, g.bias ? g.bias[f] : 0.0f);
  }
  for (int64_t c = 0; c < p.channels; ++c) {
    const float* HWY_RESTRICT w = g.packed + (c * kernel + begin) * kernel * count;
    for (int64_t i = begin; i < end; ++i) {
      const int64_t at = c * plane + i * stride;
#pragma GCC unroll 5
      for (int j = 0; j < kernel; ++j) {
        V x[vectors];
#pragma GCC unroll 4
        for (int r = 0; r < vectors; ++r) x[r] = hn::LoadU(d, from[r] + at + j);
#pragma GCC unroll 8
        for (int f = 0; f < count; ++f) {
          const V weight = hn::Set(d, w[f]);
#pragma GCC unroll 4
          for (int r = 0; r < vectors; ++r) sum[f][r] = hn::MulAdd(weight, x[r], sum[f][r]);
        }
        w += count;
      }
    }
  }
  const PostOpVectors steps(g.post_ops, kLanes);
#pragma GCC unroll 8
  for (int f = 0; f < count; ++f) {
#pragma GCC unroll 4
    for (int r = 0; r < vectors; ++r) {
      const int64_t at = f * image + row[r] * p.out_width + column[r], rest = p.out_width - column[r];
      V value = sum[f][r];
      if (g.addend) value = hn::Add(value, load_lanes(g.addend + at, rest));
      store_lanes(steps(value), g.y + at, rest);
    }
  }
}

template <int kernel, int count>
void correlate_group(const Group& g) {
  const int64_t vectors = g.p.out_height * ((g.p.out_width + kLanes - 1) / kLanes);
  int64_t first = 0;
  for (; first + kVectors <= vectors; first += kVectors) correlate_vectors<kernel, count, kVectors>(g, first);
  for (; first < vectors; first += kVectors / 2) correlate_vectors<kernel, count, kVectors / 2>(g, first);
}

template <int kernel>
void correlate_groups(const PaddedPlanes& p, const float* planes, const float* packed, int64_t filters,
                      float* y, const PostOpValues& e) {
  static constexpr std::array functions = {&correlate_group<kernel, 1>, &correlate_group<kernel, 2>,
                                           &correlate_group<kernel, 3>, &correlate_group<kernel, 4>,
                                           &correlate_group<kernel, 5>, &correlate_group<kernel, 6>};
  const int64_t groups = groups_of(filters), image = p.out_height * p.out_width;
  for (int64_t k = 0; k < groups; ++k) {
    const int64_t begin = filters * k / groups, end = filters * (k + 1) / groups;
    functions[static_cast<std::size_t>(end - begin - 1)](
        {p, planes, packed + begin * p.channels * kernel * kernel, y + begin * image,
         e.bias ? e.bias + begin : nullptr, e.addend ? e.addend + begin * image : nullptr, e});
  }
}

void correlate(const PaddedPlanes& p, const float* planes, const float* packed, int64_t filters, float* y,
               const PostOpValues& e) {
  p.kernel == 3 ? correlate_groups<3>(p, planes, packed, filters, y, e)
                : correlate_groups<5>(p, planes, packed, filters, y, e);
}

FewChannelsLoops find_target() { return {static_cast<int>(kLanes), enter, pack, correlate}; }

#else

FewChannelsLoops find_target() { return {}; }

#endif

}  // namespace
}  // namespace luge::cpu::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::conv {
HWY_EXPORT(find_target);
const FewChannelsLoops& few_channels_loops() {
  static const FewChannelsLoops found = HWY_DYNAMIC_DISPATCH(find_target)();
  return found;
}
}  // namespace luge::cpu::conv
#endif
