// Rows of outputs and the taps of their windows, as the loops of both directions walk over them. Per-target
// include guard, as Highway wants it.
#if defined(LUGE_POOL_WINDOW_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_POOL_WINDOW_ROWS_INL_H_
#undef LUGE_POOL_WINDOW_ROWS_INL_H_
#else
#define LUGE_POOL_WINDOW_ROWS_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "backend/cpu/bfloat16-inl.h"
#include "backend/cpu/pool/loops.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::pool::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using namespace cpu::bf16::HWY_NAMESPACE;
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

template <class D>
HWY_INLINE hn::Vec<D> load(D d, const float* from) {
  return hn::LoadU(d, from);
}
template <class D>
HWY_INLINE hn::Vec<D> load(D d, const bfloat16* from) {
  return load_bf16(d, from);
}

}  // namespace
}  // namespace luge::cpu::pool::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
