// The small matrix products at each point: a block of results stays in registers while the sum runs.
// Per-target include guard, as Highway wants it.
#if defined(LUGE_CONV_WINOGRAD_PRODUCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LUGE_CONV_WINOGRAD_PRODUCT_INL_H_
#undef LUGE_CONV_WINOGRAD_PRODUCT_INL_H_
#else
#define LUGE_CONV_WINOGRAD_PRODUCT_INL_H_
#endif

#include <algorithm>
#include <array>
#include <utility>

#include "backend/cpu/conv/winograd.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace luge::cpu::conv::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Of 32 registers 28 hold sums of 14 tiles, two hold weights; of 16 registers twelve hold sums of six.
constexpr int kMostTiles = HWY_TARGET == HWY_AVX3 ? 14 : 6;
// Channels (in rows) by vectors of filters for the gradient of the weights.
constexpr int kWeightRows = HWY_TARGET == HWY_AVX3 ? 8 : 4;

struct ProductArguments {
  const float* tiles;    // [blocks][capacity][lanes]
  int64_t block;         // numbers between blocks of channels
  int64_t blocks;        // of channels summed over
  const float* weights;  // [channels][vectors]
  float* to;             // [vectors][capacity][lanes]
  int64_t to_block;
  bool add;
};

template <int tiles, int vectors>
void product_block(const ProductArguments& p) {
  const D d;
  constexpr int64_t lanes = hn::MaxLanes(D());
  V sum[tiles][vectors];
#pragma GCC unroll 16
  for (int t = 0; t < tiles; ++t) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) sum[t][v] = hn::Zero(d);
  }
  const float* HWY_RESTRICT w = p.weights;
  for (int64_t block = 0; block < p.blocks; ++block) {
    const float* HWY_RESTRICT x = p.tiles + block * p.block;
    for (int64_t c = 0; c < lanes; ++c) {
      V weight[vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) weight[v] = hn::Load(d, w + v * lanes);
#pragma GCC unroll 16
      for (int t = 0; t < tiles; ++t) {
        const V value = hn::Set(d, x[t * lanes]);
#pragma GCC unroll 2
        for (int v = 0; v < vectors; ++v) sum[t][v] = hn::MulAdd(value, weight[v], sum[t][v]);
      }
      w += vectors * lanes;
      ++x;
    }
  }
  // Sums of sums: a long chain would lose digits.
#pragma GCC unroll 16
  for (int t = 0; t < tiles; ++t) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      float* to = p.to + v * p.to_block + t * lanes;
      hn::Store(p.add ? hn::Add(hn::Load(d, to), sum[t][v]) : sum[t][v], d, to);
    }
  }
}

using ProductBlock = void (*)(const ProductArguments&);
template <int vectors, int... tiles>
constexpr auto product_blocks(std::integer_sequence<int, tiles...>) {
  return std::array<ProductBlock, sizeof...(tiles)>{&product_block<tiles + 1, vectors>...};
}

// Every `capacity` tiles are a block of memory of their own, taken in parts of nearly equal size, none above
// kMostTiles.
template <int vectors>
void product_panel(ProductArguments p, const TileFactor& from) {
  static constexpr auto functions = product_blocks<vectors>(std::make_integer_sequence<int, kMostTiles>());
  constexpr int64_t lanes = hn::MaxLanes(D());
  const float* tiles = p.tiles;
  float* to = p.to;
  const int64_t capacity = from.capacity;
  for (int64_t count = from.count; count > 0;
       count -= capacity, tiles += from.held * p.block, to += capacity * lanes) {
    const int64_t here = std::min(capacity, count), parts = (here + kMostTiles - 1) / kMostTiles;
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t begin = here * part / parts, end = here * (part + 1) / parts;
      p.tiles = tiles + begin * lanes;
      p.to = to + begin * lanes;
      functions[static_cast<std::size_t>(end - begin - 1)](p);
    }
  }
}

inline void product(const TileFactor& tiles, const PointWeights& weights, int64_t point, int64_t first,
                    int64_t last, float* to, int64_t to_capacity, bool add) {
  constexpr int64_t lanes = hn::MaxLanes(D());
  const float* from = weights.data + point * weights.plane;
  for (int64_t panel = first; panel < last; ++panel) {
    const ProductArguments p{tiles.data,
                             tiles.capacity * lanes,
                             weights.summed,
                             from + panel * 2 * lanes * weights.summed * lanes,
                             to + (panel - first) * 2 * to_capacity * lanes,
                             to_capacity * lanes,
                             add};
    if (2 * panel + 2 <= weights.blocks) {
      product_panel<2>(p, tiles);
    } else {
      product_panel<1>(p, tiles);
    }
  }
}

// rows channels by `vectors` vectors of filters, summed over the tiles.
template <int rows, int vectors>
HWY_INLINE void weights_block(const float* HWY_RESTRICT x, const float* HWY_RESTRICT y, int64_t y_block,
                              int64_t count, float* HWY_RESTRICT to, int64_t to_row, bool fresh) {
  const D d;
  constexpr int64_t lanes = hn::MaxLanes(D());
  V sum[rows][vectors];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) {
      sum[r][v] = fresh ? hn::Zero(d) : hn::Load(d, to + r * to_row + v * lanes);
    }
  }
  for (int64_t t = 0; t < count; ++t) {
    V gradient[vectors];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) gradient[v] = hn::Load(d, y + v * y_block);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
      const V value = hn::Set(d, x[r]);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) sum[r][v] = hn::MulAdd(value, gradient[v], sum[r][v]);
    }
    x += lanes;
    y += lanes;
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) hn::Store(sum[r][v], d, to + r * to_row + v * lanes);
  }
}

// `vectors` vectors of filters: their gradients stay in the first cache while all channels pass.
template <int vectors>
HWY_INLINE void weights_panel(const float* tiles, const float* gradients, int64_t block, int64_t count,
                              int64_t channels, float* sum, int64_t to_row, bool fresh) {
  constexpr int64_t lanes = hn::MaxLanes(D());
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t r = 0; r < lanes; r += kWeightRows) {
      weights_block<kWeightRows, vectors>(tiles + c * block + r, gradients, block, count,
                                          sum + (c * lanes + r) * to_row, to_row, fresh);
    }
  }
}

inline void product_weights(const float* tiles, const float* gradients, int64_t capacity, int64_t count,
                            int64_t channels, int64_t filters, float* sum, bool fresh) {
  constexpr int64_t lanes = hn::MaxLanes(D());
  const int64_t to_row = filters * lanes, block = capacity * lanes;
  int64_t f = 0;
  const auto panel = [&]<int vectors>(std::integral_constant<int, vectors>) HWY_ATTR {
    weights_panel<vectors>(tiles, gradients + f * block, block, count, channels, sum + f * lanes, to_row,
                           fresh);
    f += vectors;
  };
  while (f < filters) {
    const int64_t rest = filters - f;
    if (rest == 1) {
      panel(std::integral_constant<int, 1>());
    } else if (rest == 2 || rest == 4) {
      panel(std::integral_constant<int, 2>());
    } else {
      panel(std::integral_constant<int, 3>());
    }
  }
}

}  // namespace luge::cpu::conv::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
