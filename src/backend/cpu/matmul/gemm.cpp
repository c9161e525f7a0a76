#include "backend/cpu/matmul/gemm.h"

#include "backend/cpu/fused/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/matmul/gemm.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include <algorithm>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::gemm::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
using D4 = hn::FixedTag<float, 4>;
constexpr int64_t kLanes = hn::MaxLanes(D());
// A tile takes all registers but two for columns of B and what broadcasts need.
constexpr int64_t kRows = HWY_TARGET == HWY_AVX3 ? 14 : 6;
constexpr int64_t kColumns = 2 * kLanes;
// A block of B's panels stays in the second cache, one of A's beside it.
constexpr int64_t kDepth = 256, kWide = 512, kHigh = 6 * kRows;
constexpr int64_t kPackedB = kDepth * kWide, kPackedA = kDepth * kHigh;

// Four points of four rows, turned: to[k · width + r] = from[r · step + k].
HWY_INLINE void turn(const float* from, int64_t step, float* to, int64_t width) {
  const D4 d;
  const auto a = hn::LoadU(d, from), b = hn::LoadU(d, from + step), c = hn::LoadU(d, from + 2 * step),
             e = hn::LoadU(d, from + 3 * step);
  const hn::Repartition<double, D4> pairs;
  const auto ab0 = hn::BitCast(pairs, hn::InterleaveLower(d, a, b)),
             ab1 = hn::BitCast(pairs, hn::InterleaveUpper(d, a, b));
  const auto ce0 = hn::BitCast(pairs, hn::InterleaveLower(d, c, e)),
             ce1 = hn::BitCast(pairs, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab0, ce0)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab0, ce0)), d, to + width);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, ab1, ce1)), d, to + 2 * width);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, ab1, ce1)), d, to + 3 * width);
}

// `count` rows (columns of B) of one side as panels [depth][kWidth]; what is missing in the last panel is 0.
template <int64_t kWidth>
void pack(const float* from, Side side, int64_t count, int64_t depth, float* to) {
  for (int64_t first = 0; first < count; first += kWidth, from += kWidth * side.outer, to += kWidth * depth) {
    const int64_t here = std::min(kWidth, count - first);
    if (side.outer == 1) {
      for (int64_t k = 0; k < depth; ++k) {
        float* row = std::copy_n(from + k * side.inner, here, to + k * kWidth);
        std::fill_n(row, kWidth - here, 0.0f);
      }
      continue;
    }
    int64_t r = 0;
    for (; r + 4 <= here; r += 4) {
      int64_t k = 0;
      for (; k + 4 <= depth; k += 4) turn(from + r * side.outer + k, side.outer, to + k * kWidth + r, kWidth);
      for (; k < depth; ++k) {
        for (int64_t i = 0; i < 4; ++i) to[k * kWidth + r + i] = from[(r + i) * side.outer + k];
      }
    }
    for (; r < kWidth; ++r) {
      for (int64_t k = 0; k < depth; ++k) to[k * kWidth + r] = r < here ? from[r * side.outer + k] : 0.0f;
    }
  }
}

// c (+)= panel of A · panel of B.
void tile(int64_t depth, const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, float* c, int64_t width,
          bool add) {
  const D d;
  V sum[kRows][2];
#pragma GCC unroll 14
  for (int r = 0; r < kRows; ++r) sum[r][0] = sum[r][1] = hn::Zero(d);
  for (int64_t k = 0; k < depth; ++k, a += kRows, b += kColumns) {
    __builtin_prefetch(b + 8 * kColumns);
    __builtin_prefetch(b + 8 * kColumns + kLanes);
    const V left = hn::LoadU(d, b), right = hn::LoadU(d, b + kLanes);
#pragma GCC unroll 14
    for (int r = 0; r < kRows; ++r) {
      const V value = hn::Set(d, a[r]);
      sum[r][0] = hn::MulAdd(value, left, sum[r][0]);
      sum[r][1] = hn::MulAdd(value, right, sum[r][1]);
    }
  }
#pragma GCC unroll 14
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int v = 0; v < 2; ++v) {
      float* to = c + r * width + v * kLanes;
      hn::StoreU(add ? hn::Add(hn::LoadU(d, to), sum[r][v]) : sum[r][v], d, to);
    }
  }
}

// Vectors of a row, of which the last may be partly filled.
template <class F>
HWY_INLINE void for_vectors(int64_t columns, const F& work) {
  const D d;
  for (int64_t j = 0; j < columns; j += kLanes)
    work(j, hn::FirstN(d, static_cast<std::size_t>(std::min(kLanes, columns - j))));
}

void finish(const Epilogue& e, int64_t row, int64_t column, int64_t rows, int64_t columns, float* c,
            int64_t width) {
  const D d;
  for (int64_t i = 0; i < rows; ++i) {
    for_vectors(columns, [&](int64_t j, auto mask) HWY_ATTR {
      const int64_t at = (row + i) * width + column + j;
      V value = hn::MaskedLoad(mask, d, c + at);
      if (e.bias) value = hn::Add(value, hn::MaskedLoad(mask, d, e.bias + column + j));
      for (int s = 0; s < e.count; ++s) {
        const Epilogue::Step& step = e.steps[s];
        if (step.kind == Epilogue::Step::relu) {
          value = hn::IfThenZeroElse(hn::Le(value, hn::Zero(d)), value);
        } else {
          const V operand = hn::MaskedLoad(mask, d, step.operand + at);
          value = step.kind == Epilogue::Step::add ? hn::Add(value, operand) : hn::Mul(value, operand);
        }
      }
      hn::BlendedStore(value, mask, d, c + at);
    });
  }
}

// A tile at the edge is computed whole, beside the result.
void edge_tile(int64_t depth, const float* a, const float* b, float* c, int64_t width, int64_t rows,
               int64_t columns, bool add) {
  const D d;
  HWY_ALIGN float whole[kRows * kColumns];
  tile(depth, a, b, whole, kColumns, false);
  for (int64_t i = 0; i < rows; ++i) {
    for_vectors(columns, [&](int64_t j, auto mask) HWY_ATTR {
      V value = hn::LoadU(d, whole + i * kColumns + j);
      if (add) value = hn::Add(value, hn::MaskedLoad(mask, d, c + i * width + j));
      hn::BlendedStore(value, mask, d, c + i * width + j);
    });
  }
}

void multiply(const Part& p, const float* a, Side a_side, const float* b, Side b_side, float* c,
              const Epilogue& e, float* scratch) {
  float* const packed_b = scratch;
  float* const packed_a = scratch + kPackedB;
  const bool any = e.bias || e.count > 0;
  for (int64_t n = 0; n < p.columns; n += kWide) {
    const int64_t wide = std::min(kWide, p.columns - n);
    for (int64_t k = 0; k < p.depth; k += kDepth) {
      const int64_t depth = std::min(kDepth, p.depth - k);
      const bool last = k + depth == p.depth;
      pack<kColumns>(b + (p.column + n) * b_side.outer + k * b_side.inner, b_side, wide, depth, packed_b);
      for (int64_t m = 0; m < p.rows; m += kHigh) {
        const int64_t high = std::min(kHigh, p.rows - m);
        pack<kRows>(a + (p.row + m) * a_side.outer + k * a_side.inner, a_side, high, depth, packed_a);
        for (int64_t i = 0; i < high; i += kRows) {
          for (int64_t j = 0; j < wide; j += kColumns) {
            const int64_t rows = std::min(kRows, high - i), columns = std::min(kColumns, wide - j);
            const int64_t row = p.row + m + i, column = p.column + n + j;
            const float *left = packed_a + i * depth, *right = packed_b + j * depth;
            float* to = c + row * p.width + column;
            if (rows == kRows && columns == kColumns) {
              tile(depth, left, right, to, p.width, k > 0);
            } else {
              edge_tile(depth, left, right, to, p.width, rows, columns, k > 0);
            }
            if (last && any) finish(e, row, column, rows, columns, c, p.width);
          }
        }
      }
    }
  }
}

Loops find_target() {
  return {static_cast<int>(kRows), static_cast<int>(kColumns), static_cast<std::size_t>(kPackedA + kPackedB),
          multiply};
}

#else

Loops find_target() { return {}; }

#endif

}  // namespace
}  // namespace luge::gemm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::gemm {
HWY_EXPORT(find_target);
const Loops& loops() {
  static const Loops found = HWY_DYNAMIC_DISPATCH(find_target)();
  return found;
}
}  // namespace luge::gemm
#endif
