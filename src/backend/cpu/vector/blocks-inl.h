// Small matrices in blocks of columns, and their products: element (row, column) lies at
// [column / kLanes][row][column % kLanes]. A block is a register wide, so the same memory is the left side of
// one product, read number by number, and the right side of another, read by registers; and a product leaves
// its result as the next one wants it. Per-target include guard, as Highway wants it.
#if defined(LUGE_VECTOR_BLOCKS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_VECTOR_BLOCKS_INL_H_
#undef LUGE_VECTOR_BLOCKS_INL_H_
#else
#define LUGE_VECTOR_BLOCKS_INL_H_
#endif

#include <algorithm>
#include <array>
#include <utility>

#include "backend/cpu/vector/lanes-inl.h"
#include "backend/cpu/vector/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::vector::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using std::int64_t;

/// Rows of a tile two registers wide: with AVX-512 28 of 32 registers hold sums, else 12 of 16. All loads of
/// a step (a number per row, two registers of the right side) then fit next to its multiply-adds.
inline constexpr int kTileRows = HWY_TARGET <= HWY_AVX3 ? 14 : 6;
/// Rows of a tile of aᵀ·b, which divide a block.
inline constexpr int kTurnedRows = kLanes > 1 ? kLanes / 2 : 1;

constexpr int64_t blocks_of(int64_t extent) { return (extent + kLanes - 1) / kLanes; }

/// to (+)= a·b for a few rows. Steps are numbers between blocks.
struct Tile {
  const float* a;
  int64_t a_block;
  const float* b;
  int64_t b_block;
  float* to;
  int64_t to_block;
  int64_t depth;
  bool add;
};

template <int kRows, int kColumns, bool kTurned>
void tile(const Tile& tile) {
  const F d;
  const Tile p = tile;  // apart from what is written
  constexpr int64_t kRow = kTurned ? 1 : kLanes, kInner = kTurned ? kLanes : 1;
  Register sum[kRows][kColumns];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kColumns; ++v) {
      sum[r][v] = p.add ? hn::LoadU(d, p.to + v * p.to_block + r * kLanes) : hn::Zero(d);
    }
  }
  const float* HWY_RESTRICT b = p.b;
  const int64_t b_block = p.b_block;
  const float* block = p.a;
  for (int64_t rest = p.depth; rest > 0; rest -= kLanes, block += p.a_block) {
    const float* HWY_RESTRICT a = block;
    for (const float* end = b + std::min<int64_t>(kLanes, rest) * kLanes; b != end;
         b += kLanes, a += kInner) {
      Register column[kColumns];
#pragma GCC unroll 4
      for (int v = 0; v < kColumns; ++v) column[v] = hn::LoadU(d, b + v * b_block);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const Register value = hn::Set(d, a[r * kRow]);
#pragma GCC unroll 4
        for (int v = 0; v < kColumns; ++v) sum[r][v] = hn::MulAdd(value, column[v], sum[r][v]);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kColumns; ++v) hn::StoreU(sum[r][v], d, p.to + v * p.to_block + r * kLanes);
  }
}

template <int kColumns, int... rows>
constexpr auto tiles_of(std::integer_sequence<int, rows...>) {
  return std::array<void (*)(const Tile&), sizeof...(rows)>{&tile<rows + 1, kColumns, false>...};
}

/// A tile of up to kTileRows rows and any number of blocks of columns.
HWY_INLINE void tile_row(Tile p, int64_t rows, int64_t columns) {
  static constexpr auto one = tiles_of<1>(std::make_integer_sequence<int, kTileRows>());
  static constexpr auto two = tiles_of<2>(std::make_integer_sequence<int, kTileRows>());
  const auto at = static_cast<std::size_t>(rows - 1);
  for (; columns >= 2; columns -= 2, p.b += 2 * p.b_block, p.to += 2 * p.to_block) two[at](p);
  if (columns > 0) one[at](p);
}

/// to (+)= aᵀ·b: a block of a's columns become rows of the result; `a_block` is not used.
HWY_INLINE void turned_block(Tile p, int64_t columns) {
  p.a_block = kLanes * kLanes;
  for (int64_t column = 0; column < columns; column += 2) {
    const bool last = column + 1 == columns;
    for (int64_t row = 0; row < kLanes; row += kTurnedRows) {
      Tile part = p;
      part.a += row;
      part.to += row * kLanes;
      last ? tile<kTurnedRows, 1, true>(part) : tile<kTurnedRows, 2, true>(part);
    }
    p.b += 2 * p.b_block;
    p.to += 2 * p.to_block;
  }
}

/// Calls body(first, count) for `rows` in tiles of nearly equal size.
template <class Body>
HWY_INLINE void for_tiles(int64_t rows, Body&& body) {
  const int64_t tiles = (rows + kTileRows - 1) / kTileRows;
  for (int64_t t = 0; t < tiles; ++t) {
    const int64_t begin = rows * t / tiles;
    body(begin, rows * (t + 1) / tiles - begin);
  }
}

/// Rows that lie pages apart are not fetched without a prefetch.
template <bool kWrite>
HWY_INLINE void fetch(const float* rows, int64_t row, int64_t count, int64_t columns) {
  for (int64_t r = 0; r < count; ++r, rows += row) {
    for (int64_t c = 0; c < columns; c += 16) __builtin_prefetch(rows + c, kWrite, 2);
  }
}

/// Rows of `columns` dense numbers into blocks, times `factor`; after the columns 0.
inline void pack(const float* from, int64_t row, int64_t rows, int64_t columns, float factor, float* to,
                 int64_t block) {
  const F d;
  for (int64_t r = 0; r < rows; ++r, from += row, to += kLanes) {
    float* slot = to;
    for (int64_t c = 0; c < columns; c += kLanes, slot += block) {
      hn::StoreU(hn::Mul(load_lanes(from + c, columns - c), hn::Set(d, factor)), d, slot);
    }
  }
}
/// And back.
inline void unpack(const float* from, int64_t block, int64_t rows, int64_t columns, float* to, int64_t row) {
  for (int64_t r = 0; r < rows; ++r, from += kLanes, to += row) {
    const float* slot = from;
    for (int64_t c = 0; c < columns; c += kLanes, slot += block) {
      store_lanes(hn::LoadU(F(), slot), to + c, columns - c);
    }
  }
}

/// Rows become columns: a block of kLanes rows is [depth][kLanes], blocks one after the other; rows that are
/// missing in the last one are 0.
inline void pack_turned(const float* from, int64_t row, int64_t rows, int64_t depth, float* to) {
  for (; rows > 0; rows -= kLanes, from += kLanes * row, to += depth * kLanes) {
    int64_t k = 0;
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
    for (; rows >= kLanes && k + 4 <= depth; k += 4) {
      turn_quads([&](int64_t r) HWY_ATTR { return from + r * row + k; }, to + k * kLanes, kLanes);
    }
#endif
    for (; k < depth; ++k) {
      for (int64_t r = 0; r < kLanes; ++r) to[k * kLanes + r] = r < rows ? from[r * row + k] : 0.0f;
    }
  }
}

}  // namespace luge::cpu::vector::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
