#include "backend/cpu/matmul/pack.h"

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/matmul/pack_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <algorithm>

#include "backend/cpu/vector/transpose-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::matmul::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

namespace hn = hwy::HWY_NAMESPACE;
namespace vec = vector::HWY_NAMESPACE;
constexpr int64_t kLanes = vec::kLanes;

// What is read next lies too far away for the processor to expect it.
constexpr int64_t kAhead = 64, kRowsAhead = 16;

// Rows that lie across: what is copied of a number of the inner extent lies together.
template <int kVectors>
void copy(const float* from, int64_t inner, int64_t count, int64_t depth, float* to, int64_t step) {
  const vec::F d;
  const auto last = hn::FirstN(d, static_cast<std::size_t>(count - (kVectors - 1) * kLanes));
  for (int64_t k = 0; k < depth; ++k, from += inner, to += step) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const int64_t at = v * kLanes;
      __builtin_prefetch(from + kRowsAhead * inner + at);
      hn::StoreU(v + 1 == kVectors ? hn::MaskedLoad(last, d, from + at) : hn::LoadU(d, from + at), d,
                 to + at);
    }
  }
}

// Rows along the inner extent are turned, a vector of them at a time.
void turn(const float* from, int64_t outer, int64_t count, int64_t depth, float* to, int64_t step) {
  const float* rows[kLanes];
  for (int64_t r = 0; r < kLanes; ++r) rows[r] = from + std::min(r, count - 1) * outer;
  int64_t k = 0;
  for (; k + 4 <= depth; k += 4) {
    for (int64_t r = k / 4 % 4; r < kLanes; r += 4) __builtin_prefetch(rows[r] + k + kAhead);
    vec::turn_quads([&](int64_t r) HWY_ATTR { return rows[r] + k; }, to + k * step, step);
  }
  for (; k < depth; ++k) {
    for (int64_t r = 0; r < kLanes; ++r) to[k * step + r] = rows[r][k];
  }
}

void pack(const float* from, Side side, int64_t rows, int64_t depth, float* to, int64_t step) {
  const int64_t most = side.outer == 1 ? 4 * kLanes : kLanes;
  for (int64_t r = 0; r < rows; r += most, from += most * side.outer, to += most) {
    const int64_t count = std::min(most, rows - r);
    if (side.outer != 1) {
      turn(from, side.outer, count, depth, to, step);
    } else if (count > 3 * kLanes) {
      copy<4>(from, side.inner, count, depth, to, step);
    } else if (count > 2 * kLanes) {
      copy<3>(from, side.inner, count, depth, to, step);
    } else if (count > kLanes) {
      copy<2>(from, side.inner, count, depth, to, step);
    } else {
      copy<1>(from, side.inner, count, depth, to, step);
    }
  }
}

// A few steps of the inner extent at a time: rows that are pages apart share their lines of the first cache
// with few others, and each line is read by all panels that it belongs to before it leaves.
void pack_across(const float* from, int64_t inner, const int64_t* bounds, int64_t panels, int64_t depth,
                 float* to) {
  constexpr int64_t kSteps = 4;
  const vec::F d;
  const int64_t width = bounds[panels];
  for (int64_t k = 0; k < depth; k += kSteps) {
    const int64_t end = std::min(k + kSteps, depth);
    for (int64_t step = k + kSteps; step < std::min(k + 2 * kSteps, depth); ++step) {
      for (int64_t r = 0; r < width; r += 16) __builtin_prefetch(from + step * inner + r);
    }
    for (int64_t p = 0; p < panels; ++p) {
      const int64_t rows = bounds[p + 1] - bounds[p];
      float* panel = to + bounds[p] * depth;
      for (int64_t step = k; step < end; ++step) {
        const float* row = from + step * inner + bounds[p];
        float* slot = panel + step * rows;
        // Whole vectors run into the next step, which is written later; after the last one lies another
        // panel.
        if (step + 1 < depth) {
          for (int64_t r = 0; r < rows; r += kLanes) hn::StoreU(hn::LoadU(d, row + r), d, slot + r);
        } else {
          std::copy_n(row, rows, slot);
        }
      }
    }
  }
}

Packing find_target() { return {static_cast<int>(kLanes), pack, pack_across}; }

#else

Packing find_target() { return {}; }

#endif

}  // namespace
}  // namespace luge::cpu::matmul::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::matmul {
HWY_EXPORT(find_target);
Packing packing() { return HWY_DYNAMIC_DISPATCH(find_target)(); }
}  // namespace luge::cpu::matmul
#endif
