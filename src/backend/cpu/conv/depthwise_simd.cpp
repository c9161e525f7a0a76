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
  int64_t next_rows;  // rows to ask for, which the next row of results is the first to read
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

// kCount results. kFirst, kLast: columns of points that lie before and after the image; they add nothing.
template <int kWide, int kStride, int kCount, int kFirst, int kLast>
void results(const Group& g) {
  const D d;
  constexpr int kColumns = (kCount - 1) * kStride + kWide;
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
    for (int c = kFirst; c < kColumns - kLast; ++c) {
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

// One result whose window meets the image in columns [begin, end).
void result(const Group& g, int64_t wide, int64_t begin, int64_t end) {
  const D d;
  V sum = g.bias;
  for (int64_t row = 0; row < g.rows; ++row) {
    for (int64_t j = begin; j < end; ++j)
      sum = hn::MulAdd(hn::Load(d, g.x + row * g.x_row + j * kLanes),
                       hn::Load(d, g.w + (row * wide + j) * kLanes), sum);
  }
  finish<1>(g, &sum);
}

using Results = void (*)(const Group&);
constexpr int kMost = 8;
struct Functions {
  std::array<Results, kMost> inner, first, last, both;  // by count
};

// With windows seven wide, sums and weights have registers for seven results.
template <int kWide>
constexpr int kMostOf = kWide == 7 ? 7 : kMost;

template <int kWide, int kStride, int kFirst, int kLast, int... count>
constexpr std::array<Results, kMost> by_count(std::integer_sequence<int, count...>) {
  return {&results<kWide, kStride, count + 1, kFirst, kLast>...};
}

template <int kWide, int kStride>
constexpr Functions functions() {
  constexpr auto counts = std::make_integer_sequence<int, kMostOf<kWide>>();
  Functions f{by_count<kWide, kStride, 0, 0>(counts), {}, {}, {}};
  if constexpr (kWide == 3) {
    f.first = by_count<kWide, kStride, 1, 0>(counts);
    f.last = by_count<kWide, kStride, 0, 1>(counts);
    f.both = by_count<kWide, kStride, 1, 1>(counts);
  }
  return f;
}

// How the results of every row are cut: single ones whose windows are cut by the border, then [first, last)
// in groups. With windows three wide a group takes a border of one column along.
struct Cut {
  int64_t first, last;
  bool before, after;            // the groups begin and end with a column outside of the image
  int64_t groups, size, larger;  // of the groups so many have a result more than `size`
  const Functions* functions;
};

Cut cut_of(const DepthwiseShape& s) {
  static constexpr Functions all[3][2] = {{functions<3, 1>(), functions<3, 2>()},
                                          {functions<5, 1>(), functions<5, 2>()},
                                          {functions<7, 1>(), functions<7, 2>()}};
  Cut cut{};
  cut.functions = &all[s.window_wide / 2 - 1][s.stride_wide - 1];
  const auto begin = [&](int64_t k) { return k * s.stride_wide - s.pad_left; };
  const int64_t border = s.window_wide == 3 ? 1 : 0;
  while (cut.first < s.out_width && begin(cut.first) < -border) ++cut.first;
  cut.last = s.out_width;
  while (cut.last > cut.first && begin(cut.last - 1) + s.window_wide > s.width + border) --cut.last;
  if (cut.first == cut.last) return cut;
  cut.before = begin(cut.first) < 0;
  cut.after = begin(cut.last - 1) + s.window_wide > s.width;
  const int64_t most = s.window_wide == 7 ? kMostOf<7> : kMost, count = cut.last - cut.first;
  cut.groups = (count + most - 1) / most;
  cut.size = count / cut.groups;
  cut.larger = count % cut.groups;
  return cut;
}

void row_of(const DepthwiseShape& s, const Cut& cut, Group g) {
  const float* const x = g.x;
  float* const y = g.y;
  const float* const addend = g.addend;
  const auto at = [&](int64_t k) {
    g.x = x + (k * s.stride_wide - s.pad_left) * kLanes;
    g.y = y + k * kLanes;
    g.addend = addend ? addend + k * kLanes : nullptr;
  };
  const auto single = [&](int64_t k) HWY_ATTR {
    const int64_t left = k * s.stride_wide - s.pad_left, begin = std::clamp<int64_t>(-left, 0, s.window_wide);
    at(k);
    result(g, s.window_wide, begin, std::clamp<int64_t>(s.width - left, begin, s.window_wide));
  };
  for (int64_t k = 0; k < cut.first; ++k) single(k);
  for (int64_t group = 0, k = cut.first; group < cut.groups; ++group) {
    const int64_t count = cut.size + (group < cut.larger);
    const bool before = cut.before && group == 0, after = cut.after && group + 1 == cut.groups;
    const Functions& f = *cut.functions;
    at(k);
    (before ? (after ? f.both : f.first)
            : (after ? f.last : f.inner))[static_cast<std::size_t>(count - 1)](g);
    k += count;
  }
  for (int64_t k = cut.last; k < s.out_width; ++k) single(k);
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
              weights + begin * s.window_wide * kLanes, rows, s.stride_high > 1 ? s.stride_high : 0, y + at,
              e.addend ? e.addend + at : nullptr, bias, steps});
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
