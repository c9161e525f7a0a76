// Convolutions of each channel alone, in blocks of channels: a vector holds the channels of one point.
#pragma once

#include <cstdint>

#include "backend/cpu/conv/post_op_values.h"

namespace luge::cpu::conv {

using std::int64_t;

struct DepthwiseShape {
  int64_t blocks;  // of channels
  int64_t height, width, out_height, out_width;
  int64_t window_high, window_wide;  // 3, 5 or 7 wide
  int64_t stride_high, stride_wide;  // 1 or 2 points along a row
  int64_t pad_top, pad_left;
};

struct DepthwiseLoops {
  int lanes;  // 0: not for this instruction set

  /// Rows [first, last) of the result, counted through all images and their blocks. Images lie in blocks of
  /// channels, w as [blocks][window_high][window_wide][lanes].
  void (*filter)(const DepthwiseShape& shape, const float* x, const float* w, float* y,
                 const PostOpValues& post_ops, int64_t first, int64_t last);
};

/// The loops for this machine's instruction set.
const DepthwiseLoops& depthwise_loops();

}  // namespace luge::cpu::conv
