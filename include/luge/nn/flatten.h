// Flatten: from images to rows.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// Flattens each sample: x [N,…] → [N, number of elements of a sample]. Throws ShapeError for an input
/// without axes. Source: PyTorch nn.Flatten, Keras Flatten.
class Flatten : public Layer<Flatten> {
 public:
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};

}  // namespace luge::nn
