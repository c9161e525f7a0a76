#include "backend/cpu/conv/float64.h"

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/conv/float64_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <algorithm>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::conv::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<double, 16>;
using V = hn::Vec<D>;
constexpr int64_t kFilters = 4, kVectors = 2;  // sums that registers hold

// Sums of four filters over two vectors of points. Of filters after the last the last is computed again.
void multiply_block(const WindowProduct& p, int64_t filter, int64_t point) {
  const D d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const double* rows[kFilters];
  V sums[kFilters][kVectors];
  for (int64_t f = 0; f < kFilters; ++f) {
    const int64_t own = std::min(filter + f, p.filters - 1);
    rows[f] = p.weights + own * p.row;
    for (int64_t v = 0; v < kVectors; ++v) {
      sums[f][v] = p.add ? hn::LoadU(d, p.y + own * p.stride + point + v * lanes)
                         : hn::Set(d, p.bias ? p.bias[own] : 0.0);
    }
  }
  for (int64_t k = 0; k < p.depth; ++k) {
    const double* windows = p.windows + k * kWindowPoints + point;
    const V first = hn::LoadU(d, windows), second = hn::LoadU(d, windows + lanes);
    for (int64_t f = 0; f < kFilters; ++f) {
      const V weight = hn::Set(d, rows[f][k]);
      sums[f][0] = hn::MulAdd(weight, first, sums[f][0]);
      sums[f][1] = hn::MulAdd(weight, second, sums[f][1]);
    }
  }
  const int64_t filters = std::min(kFilters, p.filters - filter);
  for (int64_t f = 0; f < filters; ++f) {
    for (int64_t v = 0; v < kVectors; ++v) {
      const int64_t at = point + v * lanes, left = p.points - at;
      double* to = p.y + (filter + f) * p.stride + at;
      if (left >= lanes) {
        hn::StoreU(sums[f][v], d, to);
      } else if (left > 0) {
        double few[HWY_MAX_BYTES / sizeof(double)];
        hn::StoreU(sums[f][v], d, few);
        std::copy_n(few, left, to);
      }
    }
  }
}

void multiply_all(const WindowProduct& p) {
  const auto step = kVectors * static_cast<int64_t>(hn::Lanes(D()));
  for (int64_t filter = 0; filter < p.filters; filter += kFilters) {
    for (int64_t point = 0; point < p.points; point += step) multiply_block(p, filter, point);
  }
}

MultiplyWindows find_target() { return multiply_all; }

}  // namespace
}  // namespace luge::cpu::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::conv {
HWY_EXPORT(find_target);
MultiplyWindows multiply_windows() {
  static const MultiplyWindows found = HWY_DYNAMIC_DISPATCH(find_target)();
  return found;
}
}  // namespace luge::cpu::conv
#endif
