#include "backend/cpu/conv/winograd.h"

#include "core/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/conv/winograd_simd.cpp"
#include "hwy/foreach_target.h"
// after foreach_target.h
#include "backend/cpu/conv/post_ops-inl.h"
#include "backend/cpu/conv/winograd_transform-inl.h"
#include "hwy/highway.h"
// after the transforms, whose vectors it uses
#include "backend/cpu/conv/winograd_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::conv::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3

constexpr int64_t kLanes = hn::MaxLanes(D());

// A tile of an image and its position: walking is cheaper than dividing.
struct TilePosition {
  int64_t image, high, wide;
  TilePosition(const TiledImage& g, int64_t tile)
      : image(tile / g.tiles_per_image()),
        high(tile % g.tiles_per_image() / g.tiles_wide),
        wide(tile % g.tiles_wide) {}
  void advance(const TiledImage& g) {
    if (++wide < g.tiles_wide) return;
    wide = 0;
    if (++high < g.tiles_high) return;
    high = 0;
    ++image;
  }
};

// The part [first, last) of `count` points from `begin` that lies inside 0 … extent - 1.
struct Inside {
  int64_t first, last;
  Inside(int64_t begin, int64_t count, int64_t extent)
      : first(std::clamp<int64_t>(-begin, 0, count)), last(std::clamp<int64_t>(extent - begin, 0, count)) {}
};

alignas(64) constexpr float kZeros[6 * kLanes] = {};

// Calls f with each tile's rows of points: row i begins at row[i]; rows outside are zeros, and only columns
// inside `columns` may be read.
template <int points, class F>
HWY_INLINE void each_tile(const TiledImage& g, const float* x, const TileRange& tiles, int64_t first,
                          int64_t last, const F& f) {
  for (int64_t c = first; c < last; ++c) {
    TilePosition at_tile(g, tiles.first);
    float* to = tiles.data + (c * tiles.capacity + tiles.first - tiles.origin) * kLanes;
    for (int64_t k = 0; k < tiles.count; ++k, to += kLanes, at_tile.advance(g)) {
      const int64_t top = at_tile.high * kTileEdge - g.pad_top, left = at_tile.wide * kTileEdge - g.pad_left;
      const Inside rows(top, points, g.height), columns(left, points, g.width);
      const float* plane = x + (at_tile.image * g.blocks + c) * g.height * g.width * kLanes;
      const float* row[points];
      for (int64_t i = 0; i < points; ++i) {
        const bool inside = i >= rows.first && i < rows.last;
        row[i] = inside ? plane + ((top + i) * g.width + left) * kLanes : kZeros;
      }
      f(c, row, columns, to);
    }
  }
}

void spread(const TiledImage& g, const float* x, const TileRange& tiles, int64_t first, int64_t last) {
  const D d;
  each_tile<6>(g, x, tiles, first, last,
               [&](int64_t, const float* const* row, Inside columns, float* to) HWY_ATTR {
                 V part[6][6];  // [column][point]
                 for (int64_t j = 0; j < 6; ++j) {
                   if (j >= columns.first && j < columns.last) {
                     const int64_t at = j * kLanes;
                     spread_line(hn::Load(d, row[0] + at), hn::Load(d, row[1] + at), hn::Load(d, row[2] + at),
                                 hn::Load(d, row[3] + at), hn::Load(d, row[4] + at), hn::Load(d, row[5] + at),
                                 part[j]);
                   } else {
                     for (V& v : part[j]) v = hn::Zero(d);
                   }
                 }
                 for (int64_t i = 0; i < 6; ++i) {
                   V line[6];
                   spread_line(part[0][i], part[1][i], part[2][i], part[3][i], part[4][i], part[5][i], line);
                   for (int64_t j = 0; j < 6; ++j) hn::Store(line[j], d, to + (i * 6 + j) * tiles.plane);
                 }
               });
}

void spread_gradient(const TiledImage& g, const float* dy, const TileRange& tiles, float* sums, int64_t first,
                     int64_t last) {
  if (first >= last) return;
  const D d;
  V sum = hn::Zero(d);
  int64_t block = first;
  const auto flush = [&]() HWY_ATTR {
    if (sums) hn::Store(hn::Add(hn::Load(d, sums + block * kLanes), sum), d, sums + block * kLanes);
    sum = hn::Zero(d);
  };
  each_tile<4>(g, dy, tiles, first, last,
               [&](int64_t c, const float* const* row, Inside columns, float* to) HWY_ATTR {
                 if (c != block) {
                   flush();
                   block = c;
                 }
                 V part[4][6];
                 for (int64_t j = 0; j < 4; ++j) {
                   if (j < columns.last) {
                     const int64_t at = j * kLanes;
                     const V y0 = hn::Load(d, row[0] + at), y1 = hn::Load(d, row[1] + at),
                             y2 = hn::Load(d, row[2] + at), y3 = hn::Load(d, row[3] + at);
                     sum = hn::Add(sum, hn::Add(hn::Add(y0, y1), hn::Add(y2, y3)));
                     spread_gradient_line(y0, y1, y2, y3, part[j]);
                   } else {
                     for (V& v : part[j]) v = hn::Zero(d);
                   }
                 }
                 for (int64_t i = 0; i < 6; ++i) {
                   V line[6];
                   spread_gradient_line(part[0][i], part[1][i], part[2][i], part[3][i], line);
                   for (int64_t j = 0; j < 6; ++j) hn::Store(line[j], d, to + (i * 6 + j) * tiles.plane);
                 }
               });
  flush();
}

// The last block of a bias may end early.
V load_bias(const PostOpValues& e, int64_t block) {
  const D d;
  if (!e.bias) return hn::Zero(d);
  const int64_t rest = e.channels - block * kLanes;
  if (rest >= kLanes) return hn::LoadU(d, e.bias + block * kLanes);
  return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(rest)), d, e.bias + block * kLanes);
}

void gather(const TiledImage& g, const TileRange& tiles, float* y, const PostOpValues& e, int64_t first,
            int64_t last) {
  const D d;
  for (int64_t c = first; c < last; ++c) {
    const V bias = load_bias(e, c);
    const PostOpVectors steps(e, e.channels == 0 ? kLanes : e.channels - c * kLanes);
    TilePosition at_tile(g, tiles.first);
    const float* from = tiles.data + ((c - first) * tiles.capacity + tiles.first - tiles.origin) * kLanes;
    for (int64_t k = 0; k < tiles.count; ++k, from += kLanes, at_tile.advance(g)) {
      V part[6][4];  // [column of points][row of results]
      for (int64_t j = 0; j < 6; ++j) {
        const float* m = from + j * tiles.plane;
        const int64_t row = 6 * tiles.plane;
        gather_line(hn::Load(d, m), hn::Load(d, m + row), hn::Load(d, m + 2 * row), hn::Load(d, m + 3 * row),
                    hn::Load(d, m + 4 * row), hn::Load(d, m + 5 * row), part[j]);
      }
      const int64_t top = at_tile.high * kTileEdge, left = at_tile.wide * kTileEdge;
      const int64_t rows = std::min(kTileEdge, g.height - top), columns = std::min(kTileEdge, g.width - left);
      const int64_t at = (((at_tile.image * g.blocks + c) * g.height + top) * g.width + left) * kLanes;
      for (int64_t i = 0; i < rows; ++i) {
        V line[4];
        gather_line(part[0][i], part[1][i], part[2][i], part[3][i], part[4][i], part[5][i], line);
        const int64_t start = at + i * g.width * kLanes;
        for (int64_t j = 0; j < columns; ++j) {
          V value = hn::Add(line[j], bias);
          if (e.addend) value = hn::Add(value, hn::Load(d, e.addend + start + j * kLanes));
          hn::Store(steps(value), d, y + start + j * kLanes);
        }
      }
    }
  }
}

// Nine vectors of weights to 36.
HWY_INLINE void weight_points(const V* w, float* to, int64_t plane) {
  const D d;
  V part[3][6];
  for (int64_t j = 0; j < 3; ++j) spread_weights_line(w[j], w[3 + j], w[6 + j], part[j]);
  for (int64_t i = 0; i < 6; ++i) {
    V line[6];
    spread_weights_line(part[0][i], part[1][i], part[2][i], line);
    for (int64_t j = 0; j < 6; ++j) hn::Store(line[j], d, to + (i * 6 + j) * plane);
  }
}

// Offset of the vector of results in `block` for channel `summed` of `all` summed over.
HWY_INLINE int64_t weight_at(int64_t block, int64_t blocks, int64_t summed, int64_t all) {
  const int64_t panel = block / 2, width = 2 * panel + 2 <= blocks ? 2 : 1;
  return panel * 2 * kLanes * all + (summed * width + block % 2) * kLanes;
}

void spread_weights(const float* w, int64_t filters, int64_t channels, bool turned, float* to, int64_t plane,
                    BlockRange results, BlockRange summed, BlockRange held) {
  const D d;
  constexpr int64_t square = kLanes * kLanes;
  const int64_t all = held.count() * kLanes;
  alignas(64) float turn[9 * square];
  for (int64_t r = results.first; r < results.last; ++r) {
    for (int64_t s = summed.first; s < summed.last; ++s) {
      const float* from = w + (turned ? s * channels + r : r * channels + s) * 9 * square;
      if (turned) {
        for (int64_t tap = 0; tap < 9; ++tap) {
          for (int64_t i = 0; i < kLanes; ++i) {
            for (int64_t o = 0; o < kLanes; ++o)
              turn[(8 - tap) * square + o * kLanes + i] = from[tap * square + i * kLanes + o];
          }
        }
        from = turn;
      }
      for (int64_t i = 0; i < kLanes; ++i) {
        V taps[9];
        for (int64_t tap = 0; tap < 9; ++tap) taps[tap] = hn::Load(d, from + tap * square + i * kLanes);
        weight_points(taps,
                      to + weight_at(r - results.first, results.count(), (s - held.first) * kLanes + i, all),
                      plane);
      }
    }
  }
}

void gather_weights(const float* from, int64_t plane, int64_t filters, int64_t channels, float* dw,
                    bool fresh, const WinogradLoops::Part& part) {
  const D d;
  constexpr int64_t square = kLanes * kLanes;
  for (int64_t f = part.filters.first; f < part.filters.last; ++f) {
    for (int64_t c = 0; c < part.channels.count() * kLanes; ++c) {
      const float* u = from + (c * filters + f) * kLanes;
      V column[6][3];  // [column of points][row of taps]
      for (int64_t j = 0; j < 6; ++j) {
        const float* m = u + j * plane;
        gather_weights_line(hn::Load(d, m), hn::Load(d, m + 6 * plane), hn::Load(d, m + 12 * plane),
                            hn::Load(d, m + 18 * plane), hn::Load(d, m + 24 * plane),
                            hn::Load(d, m + 30 * plane), column[j]);
      }
      float* to = dw + (f * channels + part.channels.first + c / kLanes) * 9 * square + c % kLanes * kLanes;
      for (int64_t i = 0; i < 3; ++i) {
        V line[3];
        gather_weights_line(column[0][i], column[1][i], column[2][i], column[3][i], column[4][i],
                            column[5][i], line);
        for (int64_t j = 0; j < 3; ++j) {
          float* at = to + (i * 3 + j) * square;
          hn::Store(fresh ? line[j] : hn::Add(hn::Load(d, at), line[j]), d, at);
        }
      }
    }
  }
}

void add(const float* from, float* to, int64_t count) {
  const D d;
  for (int64_t k = 0; k < count; k += kLanes)
    hn::Store(hn::Add(hn::Load(d, to + k), hn::Load(d, from + k)), d, to + k);
}

WinogradLoops find_target() {
  return {static_cast<int>(kLanes), kMostTiles,     spread,  spread_gradient, gather,
          spread_weights,           gather_weights, product, product_weights, add};
}

#else

WinogradLoops find_target() { return {}; }

#endif

}  // namespace
}  // namespace luge::cpu::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace luge::cpu::conv {
HWY_EXPORT(find_target);
const WinogradLoops& winograd_loops() {
  static const WinogradLoops found = HWY_DYNAMIC_DISPATCH(find_target)();
  return found;
}
}  // namespace luge::cpu::conv
#endif
