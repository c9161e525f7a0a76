// The types of a convolution and its gradients.
#pragma once

#include "graph/type.h"

namespace luge::cpu::conv {

/// Image, weights and result, or their gradients.
struct ConvTypes {
  Type x, w, y;
  /// Operations and bytes of images, for the cost.
  double flops() const;
  double bytes() const;
};

}  // namespace luge::cpu::conv
