#include "backend/cpu/pool/loops.h"

#include <algorithm>
#include <limits>

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/pool/loops.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::pool::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using std::int64_t;

/// Taps first … last - 1 of a window stay inside the image.
struct Taps {
  int64_t first, last;
};
Taps taps_inside(const Window& w, int64_t o) {
  const int64_t begin = w.at(o, 0);
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

  /// body(point where the line of taps begins, number of its first tap) for each line of the window.
  template <class Body>
  HWY_INLINE void lines(const Geometry& g, Body body) const {
    for (int64_t kd = d.first; kd < d.last; ++kd) {
      for (int64_t kh = h.first; kh < h.last; ++kh) {
        const int64_t line = g.axis[0].at(depth, kd) * g.axis[1].in + g.axis[1].at(height, kh);
        body(line * g.axis[2].in, (kd * g.axis[1].kernel + kh) * g.axis[2].kernel);
      }
    }
  }
};

/// The first of the largest wins; NaN is larger than everything. A window that meets nothing but padding
/// holds -inf.
template <class D>
struct Best {
  using Positions = hn::Rebind<int32_t, D>;
  hn::Vec<D> value;
  hn::Vec<Positions> position;
  bool any = false;

  HWY_INLINE Best()  // written out: one made by the compiler would not be for the instruction set
      : value(hn::Set(D(), -std::numeric_limits<float>::infinity())), position(hn::Zero(Positions())) {}

  HWY_INLINE void meet(hn::Vec<D> candidate, int64_t tap) {
    const auto tap_vector = hn::Set(Positions(), static_cast<int32_t>(tap));
    if (!any) {
      value = candidate, position = tap_vector, any = true;
      return;
    }
    const auto larger = hn::AndNot(hn::IsNaN(value), hn::Not(hn::Le(candidate, value)));
    value = hn::IfThenElse(larger, candidate, value);
    position = hn::IfThenElse(hn::RebindMask(Positions(), larger), tap_vector, position);
  }
};

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

// One output point, lanes `at` to `at + Lanes(d)` of it.
template <class D, class P>
HWY_INLINE void pool_lanes(D d, const Geometry& g, const Row& row, int64_t o, Taps w, const float* x,
                           float* y, P* positions) {
  Best<D> best;
  row.lines(g, [&](int64_t line, int64_t tap) {
    const float* from = x + (line + g.axis[2].at(o, 0)) * g.lanes;
    for (int64_t k = w.first; k < w.last; ++k) {
      best.meet(hn::LoadU(d, from + k * g.axis[2].dilation * g.lanes), tap + k);
    }
  });
  hn::StoreU(best.value, d, y);
  if (positions) store_positions(d, best.position, positions);
}

template <class P>
void forward_row_of_lanes(const Geometry& g, const Row& row, const float* x, float* y, P* positions) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const auto vector = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t o = 0; o < g.axis[2].out; ++o) {
    const Taps w = taps_inside(g.axis[2], o);
    int64_t lane = 0;
    for (; lane + vector <= g.lanes; lane += vector) {
      pool_lanes(d, g, row, o, w, x + lane, y + o * g.lanes + lane,
                 positions ? positions + o * g.lanes + lane : nullptr);
    }
    for (; lane < g.lanes; ++lane) {
      pool_lanes(one, g, row, o, w, x + lane, y + o * g.lanes + lane,
                 positions ? positions + o * g.lanes + lane : nullptr);
    }
  }
}

template <class D>
HWY_INLINE hn::Vec<D> load_every(D d, const float* from, int64_t stride) {
  if (stride == 1) return hn::LoadU(d, from);
  hn::Vec<D> even, odd;
  hn::LoadInterleaved2(d, from, even, odd);
  return even;
}

// Outputs o … o + Lanes(d) of a row in the public layout, all of whose taps lie inside.
template <class D, class P>
HWY_INLINE void pool_neighbours(D d, const Geometry& g, const Row& row, int64_t o, const float* x, float* y,
                                P* positions) {
  Best<D> best;
  const Window& w = g.axis[2];
  row.lines(g, [&](int64_t line, int64_t tap) {
    for (int64_t k = 0; k < w.kernel; ++k) best.meet(load_every(d, x + line + w.at(o, k), w.stride), tap + k);
  });
  hn::StoreU(best.value, d, y + o);
  if (positions) store_positions(d, best.position, positions + o);
}

template <class P>
void forward_row_of_points(const Geometry& g, const Row& row, const float* x, float* y, P* positions) {
  const Window& w = g.axis[2];
  const hn::CappedTag<float, 4> d;
  const hn::CappedTag<float, 1> one;
  const auto vector = static_cast<int64_t>(hn::Lanes(d));
  const auto single = [&](int64_t o) {
    pool_lanes(one, g, row, o, taps_inside(w, o), x, y + o, positions ? positions + o : nullptr);
  };
  int64_t first = (w.pad_begin + w.stride - 1) / w.stride, last = w.out;  // windows without padding
  while (last > first && w.at(last - 1, w.kernel - 1) >= w.in) --last;
  first = std::min(first, last);
  if (w.stride > 2 || last - first < vector || vector == 1) first = last = w.out;
  for (int64_t o = 0; o < std::min(first, w.out); ++o) single(o);
  for (int64_t o = first; o < last; o += vector) {
    pool_neighbours(d, g, row, std::min(o, last - vector), x, y, positions);  // the last vector overlaps
  }
  for (int64_t o = last; o < w.out; ++o) single(o);
}

template <class P>
void forward_rows(const Geometry& g, const float* x, float* y, P* positions, int64_t first, int64_t last) {
  for (int64_t index = first; index < last; ++index) {
    const Row row(g, index);
    const float* plane = x + row.plane * g.in_points() * g.lanes;
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

// Adds dy to the tap it came from, for lanes of one output point.
template <class D, class P>
HWY_INLINE void share_lanes(D d, const Geometry& g, const Row& row, int64_t o, Taps w, const float* dy,
                            const P* positions, float* dx) {
  const auto gradient = hn::LoadU(d, dy);
  const auto position = load_positions(d, positions);
  row.lines(g, [&](int64_t line, int64_t tap) {
    float* to = dx + (line + g.axis[2].at(o, 0)) * g.lanes;
    for (int64_t k = w.first; k < w.last; ++k) {
      float* point = to + k * g.axis[2].dilation * g.lanes;
      const auto here = hn::Eq(position, hn::Set(hn::Rebind<int32_t, D>(), static_cast<int32_t>(tap + k)));
      hn::StoreU(hn::Add(hn::LoadU(d, point), hn::IfThenElseZero(hn::RebindMask(d, here), gradient)), d,
                 point);
    }
  });
}

// The point of the input that tap `position` of output o in this row reads; -1 in the padding.
int64_t point_of(const Geometry& g, const Row& row, int64_t o, int64_t position) {
  const int64_t kw = position % g.axis[2].kernel, rest = position / g.axis[2].kernel;
  const int64_t w = g.axis[2].at(o, kw), h = g.axis[1].at(row.height, rest % g.axis[1].kernel),
                d = g.axis[0].at(row.depth, rest / g.axis[1].kernel);
  if (!g.axis[2].inside(w) || !g.axis[1].inside(h) || !g.axis[0].inside(d)) return -1;
  return (d * g.axis[1].in + h) * g.axis[2].in + w;
}

template <class P>
void backward_row(const Geometry& g, const Row& row, const float* dy, const P* positions, float* dx) {
  const hn::ScalableTag<float> d;
  const auto vector = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t o = 0; o < g.axis[2].out; ++o) {
    const Taps w = taps_inside(g.axis[2], o);
    const int64_t from = o * g.lanes;
    int64_t lane = 0;
    for (; lane + vector <= g.lanes; lane += vector) {
      share_lanes(d, g, row, o, w, dy + from + lane, positions + from + lane, dx + lane);
    }
    for (; lane < g.lanes; ++lane) {
      const int64_t point = point_of(g, row, o, static_cast<int64_t>(positions[from + lane]));
      if (point >= 0) dx[point * g.lanes + lane] += dy[from + lane];
    }
  }
}

template <class P>
void backward_planes(const Geometry& g, const float* dy, const P* positions, float* dx, int64_t first,
                     int64_t last) {
  const int64_t rows = g.axis[0].out * g.axis[1].out, image = g.in_points() * g.lanes;
  std::fill_n(dx + first * image, (last - first) * image, 0.0f);
  for (int64_t index = first * rows; index < last * rows; ++index) {
    const Row row(g, index);
    const int64_t from = index * g.axis[2].out * g.lanes;
    backward_row(g, row, dy + from, positions + from, dx + row.plane * image);
  }
}

ForwardRows<std::uint8_t> find_forward_u8() { return forward_rows<std::uint8_t>; }
ForwardRows<std::int32_t> find_forward_i32() { return forward_rows<std::int32_t>; }
BackwardPlanes<std::uint8_t> find_backward_u8() { return backward_planes<std::uint8_t>; }
BackwardPlanes<std::int32_t> find_backward_i32() { return backward_planes<std::int32_t>; }

}  // namespace
}  // namespace luge::pool::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::pool {

HWY_EXPORT(find_forward_u8);
HWY_EXPORT(find_forward_i32);
HWY_EXPORT(find_backward_u8);
HWY_EXPORT(find_backward_i32);

ForwardRows<std::uint8_t> forward_u8() { return HWY_DYNAMIC_DISPATCH(find_forward_u8)(); }
ForwardRows<std::int32_t> forward_i32() { return HWY_DYNAMIC_DISPATCH(find_forward_i32)(); }
BackwardPlanes<std::uint8_t> backward_u8() { return HWY_DYNAMIC_DISPATCH(find_backward_u8)(); }
BackwardPlanes<std::int32_t> backward_i32() { return HWY_DYNAMIC_DISPATCH(find_backward_i32)(); }

}  // namespace luge::pool
#endif
