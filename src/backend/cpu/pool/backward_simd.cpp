// The gradient of each window goes to the element that was the largest.
#include "backend/cpu/pool/loops.h"

#include <algorithm>
#include <type_traits>

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/pool/backward_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/pool/window_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::pool::HWY_NAMESPACE {
namespace {

template <class D>
HWY_INLINE hn::Vec<hn::Rebind<int32_t, D>> load_positions(D, const uint8_t* from) {
  return hn::PromoteTo(hn::Rebind<int32_t, D>(), hn::LoadU(hn::Rebind<uint8_t, D>(), from));
}
template <class D>
HWY_INLINE hn::Vec<hn::Rebind<int32_t, D>> load_positions(D, const int32_t* from) {
  return hn::LoadU(hn::Rebind<int32_t, D>(), from);
}

// Gives dy to the tap it came from, for lanes of one output point whose window lies inside the image. Where
// windows cover the input once, the other taps become zero in the same pass.
template <int kTaps, class D, class E, class P>
HWY_INLINE void share_inside(D d, const Geometry& g, const E* dy, const P* positions, float* dx) {
  const hn::Rebind<int32_t, D> di;
  const auto gradient = load(d, dy);
  const auto position = load_positions(d, positions);
  const int count = kTaps ? kTaps : static_cast<int>(g.taps.size());
#pragma GCC unroll 4
  for (int t = 0; t < count; ++t) {
    float* point = dx + g.taps[static_cast<std::size_t>(t)];
    const auto part = hn::IfThenElseZero(hn::RebindMask(d, hn::Eq(position, hn::Set(di, t))), gradient);
    hn::StoreU(g.tiled ? part : hn::Add(hn::LoadU(d, point), part), d, point);
  }
}

// The point of the input that tap `position` of output o in this row reads; -1 in the padding.
HWY_INLINE int64_t point_of(const Geometry& g, const Row& row, int64_t o, int64_t position) {
  const int64_t kw = position % g.axis[2].kernel, rest = position / g.axis[2].kernel;
  const int64_t w = g.axis[2].at(o, kw), h = g.axis[1].at(row.height, rest % g.axis[1].kernel),
                d = g.axis[0].at(row.depth, rest / g.axis[1].kernel);
  if (!g.axis[2].inside(w) || !g.axis[1].inside(h) || !g.axis[0].inside(d)) return -1;
  return (d * g.axis[1].in + h) * g.axis[2].in + w;
}

template <class E, class P>
void backward_row(const Geometry& g, const Row& row, const E* dy, const P* positions, float* dx) {
  const hn::ScalableTag<float> d;
  const auto vector = static_cast<int64_t>(hn::Lanes(d));
  const Taps whole = inside(g, row);
  float* corner = whole.last > whole.first ? dx + row.line(g, 0, 0) * g.lanes : dx;
  for (int64_t o = 0; o < g.axis[2].out; ++o) {
    const E* from = dy + o * g.lanes;
    const P* marks = positions + o * g.lanes;
    int64_t lane = 0;
    if (o >= whole.first && o < whole.last) {
      float* to = corner + g.axis[2].at(o, 0) * g.lanes;
      for (; lane + vector <= g.lanes; lane += vector) {
        if (g.taps.size() == 4) {
          share_inside<4>(d, g, from + lane, marks + lane, to + lane);
        } else {
          share_inside<0>(d, g, from + lane, marks + lane, to + lane);
        }
      }
      for (; lane < g.lanes; ++lane)
        to[g.taps[static_cast<std::size_t>(marks[lane])] + lane] += static_cast<float>(from[lane]);
      continue;
    }
    for (; lane < g.lanes; ++lane) {
      const int64_t point = point_of(g, row, o, static_cast<int64_t>(marks[lane]));
      if (point >= 0) dx[point * g.lanes + lane] += static_cast<float>(from[lane]);
    }
  }
}

HWY_INLINE void round_plane(const float* from, bfloat16* to, int64_t count) {
  const hn::ScalableTag<float> d;
  const auto vector = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + vector <= count; i += vector) store_bf16(d, hn::LoadU(d, from + i), to + i);
  for (; i < count; ++i) to[i] = bfloat16(from[i]);
}

// Where windows overlap, their gradients are summed in float32: one plane at a time in `scratch` when the
// elements are narrower.
template <class E, class P>
void backward_planes(const Geometry& g, const void* in, const void* marked, void* out, float* scratch,
                     int64_t first, int64_t last) {
  const auto* dy = static_cast<const E*>(in);
  const auto* positions = static_cast<const P*>(marked);
  auto* dx = static_cast<E*>(out);
  const int64_t rows = g.axis[0].out * g.axis[1].out, image = g.in_points() * g.lanes;
  const bool overwritten =
      g.tiled && g.lanes % static_cast<int64_t>(hn::Lanes(hn::ScalableTag<float>())) == 0;
  for (int64_t plane = first; plane < last; ++plane) {
    float* sums = scratch;
    if constexpr (std::is_same_v<E, float>) sums = dx + plane * image;
    if (!overwritten) std::fill_n(sums, image, 0.0f);
    for (int64_t index = plane * rows; index < (plane + 1) * rows; ++index) {
      const Row row(g, index);
      const int64_t from = index * g.axis[2].out * g.lanes;
      backward_row(g, row, dy + from, positions + from, sums);
    }
    if constexpr (std::is_same_v<E, bfloat16>) round_plane(sums, dx + plane * image, image);
  }
}

template <class E>
BackwardLoop loop_of(DType position) {
  return position == DType::u8 ? backward_planes<E, std::uint8_t> : backward_planes<E, std::int32_t>;
}
BackwardLoop find_target(DType element, DType position) {
  return element == DType::bf16 ? loop_of<bfloat16>(position) : loop_of<float>(position);
}

}  // namespace
}  // namespace luge::cpu::pool::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::pool {
HWY_EXPORT(find_target);
BackwardLoop backward_loop(DType element, DType position) {
  return HWY_DYNAMIC_DISPATCH(find_target)(element, position);
}
}  // namespace luge::cpu::pool
#endif
