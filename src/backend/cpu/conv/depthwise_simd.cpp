// Convolutions of each channel alone: a few neighboring results of a row stay in registers while the window's
// rows pass; each point is loaded once for all results that it meets.
#include "backend/cpu/conv/depthwise.h"

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/conv/depthwise_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <algorithm>
#include <array>
#include <utility>

#include "backend/cpu/conv/post_ops-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::conv::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

namespace hn = hwy::HWY_NAMESPACE;
using cpu::vector::HWY_NAMESPACE::load_lanes;
using D = cpu::vector::HWY_NAMESPACE::F;
using V = cpu::vector::HWY_NAMESPACE::Register;
constexpr int64_t kLanes = hn::MaxLanes(D());

// Results of a row side by side, and of the window the rows that meet the image.
struct Group {
  const float* x;  // what the window's first point meets for the first result, in the first of these rows
  int64_t x_row;   // numbers from one row to the next
  const float* w;  // of the first of these rows
  int64_t rows;
  int64_t first, last;  // columns of points that lie before and after the image; they add nothing
  int64_t next_rows;    // rows to ask for, which the next row of results is the first to read
  float* y;
  const float* addend;  // or null
  V bias;
  const PostOpVectors& steps;
};

template <int kCount>
HWY_INLINE void finish(const Group& g, V* HWY_RESTRICT sum) {
  const D d;
  if (g.addend) {
#pragma GCC unroll 8
    for (int k = 0; k < kCount; ++k) sum[k] = hn::Add(sum[k], hn::Load(d, g.addend + k * kLanes));
  }
  g.steps.apply<kCount>(sum);
#pragma GCC unroll 8
  for (int k = 0; k < kCount; ++k) hn::Store(sum[k], d, g.y + k * kLanes);
}

// kCount results. kFirst, kLast: columns outside of the image, as the group tells them; kAny: any number.
constexpr int kAny = -1;
template <int kWide, int kStride, int kFirst, int kLast, int kCount>
void results(const Group& g) {
  const D d;
  constexpr int kColumns = (kCount - 1) * kStride + kWide;
  const int64_t first = kFirst == kAny ? g.first : kFirst, end = kColumns - (kLast == kAny ? g.last : kLast);
  V sum[kCount];
#pragma GCC unroll 8
  for (int k = 0; k < kCount; ++k) sum[k] = g.bias;
  const float* HWY_RESTRICT x = g.x;
  const float* HWY_RESTRICT w = g.w;
  for (int64_t row = 0; row < g.rows; ++row, x += g.x_row, w += kWide * kLanes) {
    V weight[kWide];
#pragma GCC unroll 7
    for (int j = 0; j < kWide; ++j) weight[j] = hn::Load(d, w + j * kLanes);
#pragma GCC unroll 24
    for (int c = 0; c < kColumns; ++c) {
      if (c < first || c >= end) continue;
      const V point = hn::Load(d, x + c * kLanes);
#pragma GCC unroll 8
      for (int k = 0; k < kCount; ++k) {
        const int j = c - k * kStride;
        if (j >= 0 && j < kWide) sum[k] = hn::MulAdd(point, weight[j], sum[k]);
      }
    }
  }
  for (int64_t row = 0; row < g.next_rows; ++row, x += g.x_row) {
#pragma GCC unroll 16
    for (int at = 0; at < kCount * kStride * kLanes; at += 16) __builtin_prefetch(x + at);
  }
  finish<kCount>(g, sum);
}

// With windows seven wide, sums and weights have registers for seven results.
constexpr int kMost = 8;
template <int kWide>
constexpr int kMostOf = kWide == 7 ? 7 : kMost;

using Results = void (*)(const Group&);
struct Functions {
  using ByCount = std::array<Results, kMost>;
  ByCount inner, border;      // any number of columns outside of the image
  ByCount first, last, both;  // one column; for windows three wide, which have most borders
};

template <int kWide, int kStride, int kFirst, int kLast, int... count>
constexpr Functions::ByCount by_count(std::integer_sequence<int, count...>) {
  return {&results<kWide, kStride, kFirst, kLast, count + 1>...};
}

template <int kWide, int kStride>
constexpr Functions functions() {
  constexpr auto counts = std::make_integer_sequence<int, kMostOf<kWide>>();
  Functions f{};
  f.inner = by_count<kWide, kStride, 0, 0>(counts);
  f.border = f.first = f.last = f.both = by_count<kWide, kStride, kAny, kAny>(counts);
  if constexpr (kWide == 3) {
    f.first = by_count<kWide, kStride, 1, 0>(counts);
    f.last = by_count<kWide, kStride, 0, 1>(counts);
    f.both = by_count<kWide, kStride, 1, 1>(counts);
  }
  return f;
}

// How every row of results is cut into groups of nearly equal size.
struct Cut {
  int64_t groups, size, larger;  // this number of the groups has a result more than `size`
  const Functions* functions;
  const Functions::ByCount& function(int64_t before, int64_t after) const {
    if (before == 0 && after == 0) return functions->inner;
    if (before > 1 || after > 1) return functions->border;
    return before == 0 ? functions->last : after == 0 ? functions->first : functions->both;
  }
};

Cut cut_of(const DepthwiseShape& s) {
  static constexpr Functions all[3][2] = {{functions<3, 1>(), functions<3, 2>()},
                                          {functions<5, 1>(), functions<5, 2>()},
                                          {functions<7, 1>(), functions<7, 2>()}};
  const int64_t most = s.window_wide == 7 ? kMostOf<7> : kMost, groups = (s.out_width + most - 1) / most;
  return {groups, s.out_width / groups, s.out_width % groups, &all[s.window_wide / 2 - 1][s.stride_wide - 1]};
}

void row_of(const DepthwiseShape& s, const Cut& cut, Group g) {
  int64_t left = -s.pad_left;
  g.x += left * kLanes;
  for (int64_t group = 0; group < cut.groups; ++group) {
    const int64_t count = cut.size + (group < cut.larger), step = count * s.stride_wide,
                  columns = step - s.stride_wide + s.window_wide;
    g.first = std::max<int64_t>(-left, 0);
    g.last = std::max<int64_t>(left + columns - s.width, 0);
    cut.function(g.first, g.last)[static_cast<std::size_t>(count - 1)](g);
    left += step;
    g.x += step * kLanes;
    g.y += count * kLanes;
    if (g.addend) g.addend += count * kLanes;
  }
}

void filter(const DepthwiseShape& s, const float* x, const float* w, float* y, const PostOpValues& e,
            int64_t first, int64_t last) {
  const D d;
  const Cut cut = cut_of(s);
  for (int64_t plane = first / s.out_height; first < last; ++plane) {
    const int64_t block = plane % s.blocks, filled = e.channels - block * kLanes,
                  end = std::min(last, (plane + 1) * s.out_height);
    const PostOpVectors steps(e, filled);
    const float* const image = x + plane * s.height * s.width * kLanes;
    const float* const weights = w + block * s.window_high * s.window_wide * kLanes;
    const V bias = e.bias ? load_lanes(e.bias + block * kLanes, filled) : hn::Zero(d);
    for (; first < end; ++first) {
      const int64_t top = (first - plane * s.out_height) * s.stride_high - s.pad_top,
                    begin = std::clamp<int64_t>(-top, 0, s.window_high),
                    rows = std::clamp<int64_t>(s.height - top, begin, s.window_high) - begin;
      const int64_t at = first * s.out_width * kLanes;
      row_of(s, cut,
             {rows > 0 ? image + (top + begin) * s.width * kLanes : image, s.width * kLanes,
              weights + begin * s.window_wide * kLanes, rows, 0, 0, s.stride_high > 1 ? s.stride_high : 0,
              y + at, e.addend ? e.addend + at : nullptr, bias, steps});
    }
  }
}

DepthwiseLoops find_target() { return {static_cast<int>(kLanes), filter}; }

#else

DepthwiseLoops find_target() { return {}; }

#endif

}  // namespace
}  // namespace luge::cpu::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::conv {
HWY_EXPORT(find_target);
const DepthwiseLoops& depthwise_loops() {
  static const DepthwiseLoops found = HWY_DYNAMIC_DISPATCH(find_target)();
  return found;
}
}  // namespace luge::cpu::conv
#endif
