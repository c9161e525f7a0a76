// The largest element of each window, and its position.
#include "backend/cpu/pool/loops.h"

#include <algorithm>
#include <limits>

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/pool/forward_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/pool/window_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::pool::HWY_NAMESPACE {
namespace {

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

// The same for windows that lie inside the image, whose taps are in a table. kTaps: their number, 0 for
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

template <class E>
ForwardLoop loop_of(DType position) {
  return position == DType::u8 ? forward_rows<E, std::uint8_t> : forward_rows<E, std::int32_t>;
}
ForwardLoop find_target(DType element, DType position) {
  return element == DType::bf16 ? loop_of<bfloat16>(position) : loop_of<float>(position);
}

}  // namespace
}  // namespace luge::cpu::pool::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::pool {
HWY_EXPORT(find_target);
ForwardLoop forward_loop(DType element, DType position) {
  return HWY_DYNAMIC_DISPATCH(find_target)(element, position);
}
}  // namespace luge::cpu::pool
#endif
