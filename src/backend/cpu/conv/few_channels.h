// Direct convolutions of images with few channels, where vectors of channels would be mostly empty: vectors
// run along the rows of public images instead, or hold filters while the few channels are broadcast. Windows
// of 3x3 or 5x5 in steps of one.
//
// Images are first copied into planes with a border of zeros, so that no loop asks where the image ends.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/conv/post_op_values.h"

namespace luge::cpu::conv {

using std::int64_t;

/// An image with room for windows of `kernel` by `kernel` points around `out_height` by `out_width` points.
struct PaddedPlanes {
  int64_t channels, height, width;
  int64_t kernel, pad_top, pad_left;
  int64_t out_height, out_width;
  int64_t lanes_in;  // 0: public; else channels of the image lie in blocks of this many

  int64_t rows() const { return out_height + kernel - 1; }
  int64_t stride(int64_t lanes) const {
    return (out_width + lanes - 1) / lanes * lanes + (kernel + 14) / 16 * 16;
  }
  int64_t plane(int64_t lanes) const { return rows() * stride(lanes) + 16; }
  int64_t numbers(int64_t lanes) const { return channels * plane(lanes); }
};

struct FewChannelsLoops {
  int lanes;  // 0: not for this instruction set

  /// One image into its planes, whose border is zero already.
  void (*enter)(const PaddedPlanes& p, const float* x, float* planes);
  /// Weights [filters][channels][k][k] in the order of `correlate`; `turned` exchanges filters and channels
  /// and turns windows by 180 degrees (w is still [filters][channels]: the result has `channels` channels).
  void (*pack)(const float* w, int64_t filters, int64_t channels, int64_t kernel, bool turned, float* to);
  /// One public image y [filters][out_height][out_width].
  void (*correlate)(const PaddedPlanes& p, const float* planes, const float* packed, int64_t filters,
                    float* y, const PostOpValues& post_ops);
};

struct FewChannelsGradientLoops {
  /// One image's part of the weights' gradient; dy is public. sums: [filters][channels][k][k] vectors, then
  /// one vector per filter for the bias.
  void (*rows)(const PaddedPlanes& p, const float* planes, const float* dy, int64_t filters, float* sums);
  /// The same with dy in blocks of filters. sums: [blocks][channels][k][k] vectors, then one per block.
  void (*lanes)(const PaddedPlanes& p, const float* planes, const float* dy, int64_t filters, float* sums);
  /// dw [filters][channels][k][k] and db (may be null) from the sums of all parts, which are `part` numbers
  /// apart.
  void (*finish_rows)(const PaddedPlanes& p, const float* sums, int64_t parts, int64_t part, int64_t filters,
                      float* dw, float* db);
  void (*finish_lanes)(const PaddedPlanes& p, const float* sums, int64_t parts, int64_t part, int64_t filters,
                       float* dw, float* db);
};

/// The loops for this machine's instruction set; those of the gradient only where the others have lanes.
const FewChannelsLoops& few_channels_loops();
const FewChannelsGradientLoops& few_channels_gradient_loops();

}  // namespace luge::cpu::conv
