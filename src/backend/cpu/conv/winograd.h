// Winograd's F(4x4, 3x3): the image in tiles of 6x6 points that overlap by two, 36 small matrix products, and
// back to tiles of 4x4. The loops for one instruction set; winograd_plan.h puts them in order.
//
// Images lie in blocks of channels (nChw16c, nChw8c), weights in blocks of both (OIhw16i16o, OIhw8i8o). In
// scratch each of the 36 points has a plane of its own:
//   tiles    [blocks of channels][tiles][lanes]
//   weights  [pairs of blocks of results][channels summed over][2 lanes]; a last single block is half as wide
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/conv/post_op_values.h"

namespace luge::cpu::conv {

using std::int64_t;

inline constexpr int64_t kWinogradPoints = 36, kTileEdge = 4;

/// An image of the convolution in tiles: x for the forward pass, dy for the others as said below.
struct TiledImage {
  int64_t blocks;  // of channels
  int64_t height, width;
  int64_t pad_top, pad_left;  // of the first tile before the image; 0 for an image that is cut into 4x4
  int64_t tiles_high, tiles_wide;
  int64_t tiles_per_image() const { return tiles_high * tiles_wide; }
};

/// Blocks first … last - 1.
struct BlockRange {
  int64_t first, last;
  int64_t count() const { return last - first; }
};

/// A range of tiles in scratch.
struct TileRange {
  float* data;
  int64_t plane;         // numbers from one point's plane to the next
  int64_t capacity;      // tiles in each block of channels
  int64_t first, count;  // in the image; the first of the scratch is tile `origin`
  int64_t origin;
};

/// What a product reads of them at one point: `count` tiles, of which every `capacity` lie apart as in Tiles,
/// in memory for `held` blocks of channels. The sum begins with the first.
struct TileFactor {
  const float* data;
  int64_t capacity, count, held;
};

struct PointWeights {
  const float* data;
  int64_t plane;
  int64_t summed;  // blocks summed over
  int64_t blocks;  // blocks of results
};

struct WinogradLoops {
  int lanes;          // 0: not for this instruction set
  int tiles_at_once;  // that a product takes

  /// Blocks [first, last) of channels of an image to tiles of 6x6 points.
  void (*spread)(const TiledImage& image, const float* x, const TileRange& to, int64_t first, int64_t last);
  /// The same for an image cut into 4x4 points, as the gradient of `gather`; sums[blocks·lanes] grows by its
  /// numbers unless null.
  void (*spread_gradient)(const TiledImage& image, const float* dy, const TileRange& to, float* sums,
                          int64_t first, int64_t last);
  /// Tiles to blocks [first, last) of the result's channels; `from` begins with block `first`.
  void (*gather)(const TiledImage& image, const TileRange& from, float* y, const PostOpValues& post_ops,
                 int64_t first, int64_t last);

  /// Weights to 36 points, for the blocks of results in `results`, of which `to` holds no others, and the
  /// blocks summed over in `summed`, of which it holds those in `held`. `turned`: for the gradient of the
  /// image, whose results are channels: it sums over filters and sees the window turned by 180 degrees.
  void (*spread_weights)(const float* w, int64_t filters, int64_t channels, bool turned, float* to,
                         int64_t plane, BlockRange results, BlockRange summed, BlockRange held);
  /// Gradient of the weights from sums [channels of part.channels][filters] in vectors of filters per point,
  /// for the blocks in part; added to dw unless `fresh`.
  struct Part {
    BlockRange filters, channels;
  };
  void (*gather_weights)(const float* from, int64_t plane, int64_t filters, int64_t channels, float* dw,
                         bool fresh, const Part& part);

  /// to = tiles · weights at one point, or to += when `add`, for the panels [first, last) of results (two
  /// blocks each). `to` begins with the first panel, its blocks are `to_capacity` tiles apart.
  void (*product)(const TileFactor& tiles, const PointWeights& weights, int64_t point, int64_t first,
                  int64_t last, float* to, int64_t to_capacity, bool add);
  /// sum += tilesᵀ · gradients at one point, for `channels` blocks of channels; overwrites when `fresh`.
  void (*product_weights)(const float* tiles, const float* gradients, int64_t capacity, int64_t count,
                          int64_t channels, int64_t filters, float* sum, bool fresh);
  /// to += from; `count` is a multiple of 16.
  void (*add)(const float* from, float* to, int64_t count);
};

/// The loops for this machine's instruction set.
const WinogradLoops& winograd_loops();

}  // namespace luge::cpu::conv
