// How windows slide along the padded axis of sequences: for convolution and pooling layers.
#pragma once

#include <cstdint>
#include <vector>

#include "luge/nn/padded.h"
#include "luge/ops/window.h"

namespace luge::nn {

/// The option for each of `spatial` axes, of which it may hold a single number.
std::vector<std::int64_t> for_each_axis(const PerAxis& option, int spatial);

/// What convolution and pooling have in common.
struct PaddedWindow {
  int spatial;
  PerAxis kernel, stride, dilation;
  Padding padding;

  /// The lengths after the window has slid over the sequences alone, without what pads them. Throws
  /// ShapeError when the padded axis is not a spatial one, and ValueError for a padding that depends on the
  /// padded extent.
  Tensor lengths(const Padded& x) const;
};

}  // namespace luge::nn
