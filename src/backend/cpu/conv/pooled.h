// Windows of 2x2 points, each looked at once, pooled right after a convolution of few channels: with filters
// in lanes the four results never leave the registers; along rows they come from an image in the cache.
#pragma once

#include <cstdint>

#include "backend/cpu/conv/few_channels.h"

namespace luge::cpu::conv {

/// The pooled image of one convolution: `height` by `width` windows; what lies beyond them is not looked at.
struct PooledShape {
  int64_t height, width;
  int64_t points() const { return height * width; }
};

struct PooledLoops {
  /// Weights [filters][channels][k][k] as [blocks][channels][k][k] vectors of filters; filters fill whole
  /// blocks.
  void (*pack_lanes)(const float* w, int64_t filters, int64_t taps, float* to);
  /// One image: y and positions (may be null) [blocks][points][lanes].
  void (*forward_lanes)(const PaddedPlanes& p, const PooledShape& pooled, const float* planes,
                        const float* packed, int64_t filters, const float* bias, bool relu, float* y,
                        std::uint8_t* positions);
  /// Adds one image's part of the weights' gradient to sums, which lie as FewChannelsGradientLoops::lanes has
  /// them.
  void (*gradient_lanes)(const PaddedPlanes& p, const PooledShape& pooled, const float* planes,
                         const float* dy, const std::uint8_t* positions, int64_t filters, float* sums);

  /// [filters][out_height][out_width] → y and positions (may be null) [filters][points]. `image` may be read
  /// up to `row_slack` numbers past its end.
  void (*forward_rows)(const PaddedPlanes& p, const PooledShape& pooled, const float* image, int64_t filters,
                       float* y, std::uint8_t* positions);
  /// The way back; `image` may be written up to `row_slack` numbers past its end.
  void (*backward_rows)(const PaddedPlanes& p, const PooledShape& pooled, const float* dy,
                        const std::uint8_t* positions, int64_t filters, float* image);
};
inline constexpr int64_t row_slack = 32;
inline constexpr int64_t most_pooled_taps = 256;  // channels times points of a window

/// The loops for this machine's instruction set; only where loops() has lanes.
const PooledLoops& pooled_loops();

}  // namespace luge::cpu::conv
