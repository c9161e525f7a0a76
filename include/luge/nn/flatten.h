// Flatten: from images to rows.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// x [N,…] → [N, elements of one sample]. Source: PyTorch nn.Flatten, Keras Flatten.
class Flatten : public Layer<Flatten> {
 public:
  Tensor forward(const Tensor& x) const override;
};

}  // namespace luge::nn
