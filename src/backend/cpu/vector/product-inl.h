// The inner loop of small matrix products: a few rows times a few registers of columns, held in registers
// over the whole inner extent. Per-target include guard, as Highway wants it.
#if defined(LUGE_VECTOR_PRODUCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_VECTOR_PRODUCT_INL_H_
#undef LUGE_VECTOR_PRODUCT_INL_H_
#else
#define LUGE_VECTOR_PRODUCT_INL_H_
#endif

#include "backend/cpu/vector/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::vector::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Registers of columns next to which six rows fit: there are 32 with AVX-512 and 16 without. Fewer rows would
/// read the right side, which is rarely in the first cache, more often.
inline constexpr int kWideColumns = HWY_TARGET <= HWY_AVX3 ? 4 : 2;

/// sum[r][v] += Σ_k a[r·row + k·inner] · b[k·b_inner + v·kLanes …]; columns of b are whole registers.
template <int kRows, int kColumns>
HWY_INLINE void accumulate(std::int64_t depth, const float* HWY_RESTRICT a, std::int64_t row,
                           std::int64_t inner, const float* HWY_RESTRICT b, std::int64_t b_inner,
                           Register (&sum)[kRows][kColumns]) {
  const F d;
  for (std::int64_t k = 0; k < depth; ++k, a += inner, b += b_inner) {
    Register column[kColumns];
#pragma GCC unroll 8
    for (int v = 0; v < kColumns; ++v) column[v] = hn::LoadU(d, b + v * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const Register value = hn::Set(d, a[r * row]);
#pragma GCC unroll 8
      for (int v = 0; v < kColumns; ++v) sum[r][v] = hn::MulAdd(value, column[v], sum[r][v]);
    }
  }
}

/// Calls body.operator()<rows>(first row) for `count` rows in blocks of nearly equal size.
template <int kMost = 6, class Body>
HWY_INLINE void for_row_blocks(std::int64_t count, Body&& body) {
  const std::int64_t blocks = (count + kMost - 1) / kMost;
  for (std::int64_t block = 0, done = 0; block < blocks; ++block) {
    const std::int64_t rows = (count - done + blocks - block - 1) / (blocks - block);
    if constexpr (kMost >= 6) {
      if (rows == 6) body.template operator()<6>(done);
      if (rows == 5) body.template operator()<5>(done);
      if (rows == 4) body.template operator()<4>(done);
    }
    if (rows == 3) body.template operator()<3>(done);
    if (rows == 2) body.template operator()<2>(done);
    if (rows == 1) body.template operator()<1>(done);
    done += rows;
  }
}

}  // namespace luge::cpu::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
