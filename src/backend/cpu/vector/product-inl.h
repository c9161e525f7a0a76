// The inner loop of small matrix products: a few rows times a few registers of columns, held in registers
// over the whole inner extent. Per-target include guard, as Highway wants it.
#if defined(LUGE_VECTOR_PRODUCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_VECTOR_PRODUCT_INL_H_
#undef LUGE_VECTOR_PRODUCT_INL_H_
#else
#define LUGE_VECTOR_PRODUCT_INL_H_
#endif

#include <cstdint>
#include <cstring>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::vector::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F = hn::ScalableTag<float>;
using Register = hn::Vec<F>;
inline constexpr int kLanes = static_cast<int>(hn::MaxLanes(F()));
/// Rows that fit beside four registers of columns: 32 registers with AVX-512, 16 without.
inline constexpr int kMostRows = HWY_TARGET <= HWY_AVX3 ? 6 : 3;

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
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const Register value = hn::Set(d, a[r * row]);
#pragma GCC unroll 8
      for (int v = 0; v < kColumns; ++v) sum[r][v] = hn::MulAdd(value, column[v], sum[r][v]);
    }
  }
}

/// Calls body.operator()<rows>(first row) for `count` rows in blocks of nearly equal size.
template <int kMost = kMostRows, class Body>
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

/// The first `count` lanes; more than there are: all. What is masked out is not touched.
HWY_INLINE Register load_lanes(const float* from, std::int64_t count) {
  const F d;
  if (count >= kLanes) return hn::LoadU(d, from);
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(count)), d, from);
#else
  alignas(64) float buffer[HWY_MAX_BYTES / sizeof(float)] = {};
  std::memcpy(buffer, from, static_cast<std::size_t>(count) * sizeof(float));
  return hn::Load(d, buffer);
#endif
}
HWY_INLINE void store_lanes(Register value, float* to, std::int64_t count) {
  const F d;
  if (count >= kLanes) return hn::StoreU(value, d, to);
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  hn::BlendedStore(value, hn::FirstN(d, static_cast<std::size_t>(count)), d, to);
#else
  alignas(64) float buffer[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(value, d, buffer);
  std::memcpy(to, buffer, static_cast<std::size_t>(count) * sizeof(float));
#endif
}

}  // namespace luge::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
