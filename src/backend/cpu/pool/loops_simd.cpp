#include "backend/cpu/pool/loops.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/pool/loops_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/bfloat16-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::pool::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using namespace bf16::HWY_NAMESPACE;
using std::int64_t;

/// Taps first … last - 1 of a window stay inside the image.
struct Taps {
  int64_t first, last;
};
HWY_INLINE Taps taps_inside(const Window& w, int64_t o) {
  const int64_t begin = w.at(o, 0);
  if (begin >= 0 && begin + w.span() <= w.in) return {0, w.kernel};  // most windows; divisions are slow
  const int64_t first = begin >= 0 ? 0 : (-begin + w.dilation - 1) / w.dilation;
  const int64_t last = begin >= w.in ? 0 : (w.in - begin + w.dilation - 1) / w.dilation;
  return {std::min(first, w.kernel), std::clamp<int64_t>(last, 0, w.kernel)};
}

/// One row of outputs: where it lies and which taps its windows share.
struct Row {
  int64_t plane, depth, height;
  Taps d, h;
  Row(const Geometry& g, int64_t index)
      : plane(index / (g.axis[0].out * g.axis[1].out)),
        depth(index / g.axis[1].out % g.axis[0].out),
        height(index % g.axis[1].out),
        d(taps_inside(g.axis[0], depth)),
        h(taps_inside(g.axis[1], height)) {}

  bool meets_nothing(Taps w) const { return d.first >= d.last || h.first >= h.last || w.first >= w.last; }
  /// Input point at the left edge of a line of taps, and the number of the line's first tap.
  int64_t line(const Geometry& g, int64_t kd, int64_t kh) const {
    return (g.axis[0].at(depth, kd) * g.axis[1].in + g.axis[1].at(height, kh)) * g.axis[2].in;
  }
  static int64_t tap(const Geometry& g, int64_t kd, int64_t kh) {
    return (kd * g.axis[1].kernel + kh) * g.axis[2].kernel;
  }
};

template <class D>
HWY_INLINE hn::Vec<D> load(D d, const float* from) {
  return hn::LoadU(d, from);
}
template <class D>
HWY_INLINE hn::Vec<D> load(D d, const bfloat16* from) {
  return load_bf16(d, from);
}
// Maxima are elements of the input: nothing is rounded.
template <class D>
HWY_INLINE void store(D d, hn::Vec<D> v, float* to) {
  hn::StoreU(v, d, to);
}
template <class D>
HWY_INLINE void store(D d, hn::Vec<D> v, bfloat16* to) {
  store_upper(d, v, to);
}

template <class D>
HWY_INLINE hn::Vec<D> load_every(D d, const float* from, int64_t stride) {
  if (stride == 1) return hn::LoadU(d, from);
  hn::Vec<D> even, odd;
  hn::LoadInterleaved2(d, from, even, odd);
  return even;
}
template <class D>
HWY_INLINE hn::Vec<D> load_every(D d, const bfloat16* from, int64_t stride) {
  if (stride == 1) return load_bf16(d, from);
  const hn::Rebind<std::uint32_t, D> pairs;  // the even element is the lower half
  const auto both = hn::LoadU(pairs, reinterpret_cast<const std::uint32_t*>(from));
  return hn::BitCast(d, hn::ShiftLeft<16>(both));
}

template <class D>
HWY_INLINE void store_positions(D, hn::Vec<hn::Rebind<int32_t, D>> v, uint8_t* to) {
  const hn::Rebind<uint8_t, D> bytes;
  hn::StoreU(hn::DemoteTo(bytes, v), bytes, to);
}
template <class D>
HWY_INLINE void store_positions(D, hn::Vec<hn::Rebind<int32_t, D>> v, int32_t* to) {
  hn::StoreU(v, hn::Rebind<int32_t, D>(), to);
}
template <class D>
HWY_INLINE hn::Vec<hn::Rebind<int32_t, D>> load_positions(D, const uint8_t* from) {
  return hn::PromoteTo(hn::Rebind<int32_t, D>(), hn::LoadU(hn::Rebind<uint8_t, D>(), from));
}
template <class D>
HWY_INLINE hn::Vec<hn::Rebind<int32_t, D>> load_positions(D, const int32_t* from) {
  return hn::LoadU(hn::Rebind<int32_t, D>(), from);
}

// Lanes(d) channels of one output point, with only those taps that lie inside the image.
// The first of the largest wins; NaN is larger than everything.
template <class D, class E, class P>
HWY_INLINE void pool_windows(D d, const Geometry& g, const Row& row, int64_t o, Taps w, const E* x, E* y,
                             P* positions) {
  const hn::Rebind<int32_t, D> di;
  auto value = hn::Set(d, -std::numeric_limits<float>::infinity());
  auto position = hn::Zero(di);
  if (!row.meets_nothing(w)) {
    const int64_t begin = g.axis[2].at(o, 0), step = g.axis[2].dilation * g.lanes;
    value = load(d, x + (row.line(g, row.d.first, row.h.first) + begin) * g.lanes + w.first * step);
    position = hn::Set(di, static_cast<int32_t>(row.tap(g, row.d.first, row.h.first) + w.first));
    for (int64_t kd = row.d.first; kd < row.d.last; ++kd) {
      for (int64_t kh = row.h.first; kh < row.h.last; ++kh) {
        const E* from = x + (row.line(g, kd, kh) + begin) * g.lanes;
        const auto tap = static_cast<int32_t>(row.tap(g, kd, kh));
        for (int64_t k = w.first; k < w.last; ++k) {
          const auto candidate = load(d, from + k * step);
          const auto larger = hn::AndNot(hn::IsNaN(value), hn::Not(hn::Le(candidate, value)));
          value = hn::IfThenElse(larger, candidate, value);
          position = hn::IfThenElse(hn::RebindMask(di, larger), hn::Set(di, tap + static_cast<int32_t>(k)),
                                    position);
        }
      }
    }
  }
  store(d, value, y);
  if (positions) store_positions(d, position, positions);
}

// The same for windows that lie inside the image, whose taps stand in a table. kTaps: their number, 0 for
// any.
template <int kTaps, class D, class E, class P>
HWY_INLINE void pool_inside(D d, const Geometry& g, int64_t apart, const E* x, E* y, P* positions) {
  const hn::Rebind<int32_t, D> di;
  const int count = kTaps ? kTaps : static_cast<int>(g.taps.size());
  auto value = load_every(d, x, apart);
  auto position = hn::Zero(di);
#pragma GCC unroll 4
  for (int t = 1; t < count; ++t) {
    const auto candidate = load_every(d, x + g.taps[static_cast<std::size_t>(t)], apart);
    const auto larger = hn::AndNot(hn::IsNaN(value), hn::Not(hn::Le(candidate, value)));
    value = hn::IfThenElse(larger, candidate, value);
    position = hn::IfThenElse(hn::RebindMask(di, larger), hn::Set(di, t), position);
  }
  store(d, value, y);
  if (positions) store_positions(d, position, positions);
}
template <class D, class E, class P>
HWY_INLINE void pool_inside_any(D d, const Geometry& g, int64_t apart, const E* x, E* y, P* positions) {
  if (g.taps.size() == 4) return pool_inside<4>(d, g, apart, x, y, positions);
  pool_inside<0>(d, g, apart, x, y, positions);
}

/// Outputs first … last - 1 of a row whose windows lie inside the image.
Taps inside(const Geometry& g, const Row& row) {
  const Window& w = g.axis[2];
  if (row.d.last - row.d.first != g.axis[0].kernel || row.h.last - row.h.first != g.axis[1].kernel)
    return {0, 0};
  const int64_t first = (w.pad_begin + w.stride - 1) / w.stride;
  const int64_t room = w.in + w.pad_begin - w.span();
  const int64_t last = room < 0 ? 0 : std::min(w.out, room / w.stride + 1);
  return {std::min(first, last), last};
}

template <class E, class P>
void forward_row_of_lanes(const Geometry& g, const Row& row, const E* x, E* y, P* positions) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const auto vector = static_cast<int64_t>(hn::Lanes(d));
  const Taps whole = inside(g, row);
  const E* corner = whole.last > whole.first ? x + row.line(g, 0, 0) * g.lanes : x;
  for (int64_t o = 0; o < g.axis[2].out; ++o) {
    E* to = y + o * g.lanes;
    P* marks = positions ? positions + o * g.lanes : nullptr;
    int64_t lane = 0;
    if (o >= whole.first && o < whole.last) {
      const E* from = corner + g.axis[2].at(o, 0) * g.lanes;
      for (; lane + vector <= g.lanes; lane += vector) {
        pool_inside_any(d, g, 1, from + lane, to + lane, marks ? marks + lane : nullptr);
      }
      for (; lane < g.lanes; ++lane)
        pool_inside_any(one, g, 1, from + lane, to + lane, marks ? marks + lane : nullptr);
      continue;
    }
    const Taps w = taps_inside(g.axis[2], o);
    for (; lane + vector <= g.lanes; lane += vector) {
      pool_windows(d, g, row, o, w, x + lane, to + lane, marks ? marks + lane : nullptr);
    }
    for (; lane < g.lanes; ++lane) {
      pool_windows(one, g, row, o, w, x + lane, to + lane, marks ? marks + lane : nullptr);
    }
  }
}

// Windows first … last - 1 of a row in the public layout, Lanes(d) at a time; the last vector overlaps the
// one before.
template <class D, class E, class P>
HWY_INLINE int64_t pool_neighbors(D d, const Geometry& g, const E* corner, int64_t first, int64_t last, E* y,
                                  P* positions) {
  const auto vector = static_cast<int64_t>(hn::Lanes(d));
  if (last - first < vector || vector == 1) return first;
  for (int64_t o = first; o < last; o += vector) {
    const int64_t at = std::min(o, last - vector);
    pool_inside_any(d, g, g.axis[2].stride, corner + g.axis[2].at(at, 0), y + at,
                    positions ? positions + at : nullptr);
  }
  return last;
}

template <class E, class P>
void forward_row_of_points(const Geometry& g, const Row& row, const E* x, E* y, P* positions) {
  const Window& w = g.axis[2];
  const hn::CappedTag<float, 1> one;
  const auto single = [&](int64_t o) {
    pool_windows(one, g, row, o, taps_inside(w, o), x, y + o, positions ? positions + o : nullptr);
  };
  const Taps whole = inside(g, row);
  for (int64_t o = 0; o < whole.first; ++o) single(o);
  int64_t done = whole.first;
  if (w.stride <= 2 && whole.last > whole.first) {
    const E* corner = x + row.line(g, 0, 0);
    done = pool_neighbors(hn::CappedTag<float, 8>(), g, corner, whole.first, whole.last, y, positions);
    if (done < whole.last) {
      done = pool_neighbors(hn::CappedTag<float, 4>(), g, corner, whole.first, whole.last, y, positions);
    }
  }
  for (int64_t o = done; o < w.out; ++o) single(o);
}

template <class E, class P>
void forward_rows(const Geometry& g, const void* in, void* out, void* marked, int64_t first, int64_t last) {
  const auto* x = static_cast<const E*>(in);
  auto* y = static_cast<E*>(out);
  auto* positions = static_cast<P*>(marked);
  for (int64_t index = first; index < last; ++index) {
    const Row row(g, index);
    const E* plane = x + row.plane * g.in_points() * g.lanes;
    const int64_t to = index * g.axis[2].out * g.lanes;
    P* marks = positions ? positions + to : nullptr;
    if (g.lanes == 1) {
      forward_row_of_points(g, row, plane, y + to, marks);
    } else {
      forward_row_of_lanes(g, row, plane, y + to, marks);
      // Padding is zero: so are its maxima, but the first tap inside the image need not be number 0.
      const bool padded = g.filled < g.lanes && row.plane % g.blocks == g.blocks - 1;
      for (int64_t o = 0; padded && marks && o < g.axis[2].out; ++o) {
        std::fill(marks + o * g.lanes + g.filled, marks + (o + 1) * g.lanes, P{0});
      }
    }
  }
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
Loops loops_of(DType position) {
  if (position == DType::u8) return {forward_rows<E, std::uint8_t>, backward_planes<E, std::uint8_t>};
  return {forward_rows<E, std::int32_t>, backward_planes<E, std::int32_t>};
}
Loops find(DType element, DType position) {
  return element == DType::bf16 ? loops_of<bfloat16>(position) : loops_of<float>(position);
}

}  // namespace
}  // namespace luge::cpu::pool::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::pool {

void Geometry::prepare() {
  for (std::int64_t kd = 0; kd < axis[0].kernel; ++kd) {
    for (std::int64_t kh = 0; kh < axis[1].kernel; ++kh) {
      for (std::int64_t kw = 0; kw < axis[2].kernel; ++kw) {
        taps.push_back(lanes * ((kd * axis[0].dilation * axis[1].in + kh * axis[1].dilation) * axis[2].in +
                                kw * axis[2].dilation));
      }
    }
  }
  tiled = std::all_of(std::begin(axis), std::end(axis), [](const Window& w) {
    return w.dilation == 1 && w.stride == w.kernel && w.pad_begin == 0 && w.out * w.stride == w.in;
  });
}

HWY_EXPORT(find);

Loops loops_for(DType element, DType position) { return HWY_DYNAMIC_DISPATCH(find)(element, position); }

}  // namespace luge::cpu::pool
#endif
