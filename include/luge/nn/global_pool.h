// Pooling layers over all spatial axes.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// The largest element of each channel over all spatial axes: x [N,C,…] → [N,C]. Throws ShapeError for fewer
/// than three axes. Source: Keras GlobalMaxPooling2D.
class GlobalMaxPool : public Layer<GlobalMaxPool> {
 public:
  Tensor forward(const Tensor& x) const override;
  /// Takes no padding for the largest element; 0 for a sequence of length 0.
  Padded forward_padded(const Padded& x) const override;
  Work work_of(const Tensors& inputs, const Tensors& outputs) const override;
  std::optional<LayerText> text() const override;
};
/// (Σ |x|^p)^(1/p) of each channel over all spatial axes: x [N,C,…] → [N,C]. Throws ShapeError for fewer than
/// three axes. Source: ONNX GlobalLpPool.
class GlobalLpPool : public Layer<GlobalLpPool> {
 public:
  /// Makes the layer. Throws OptionError for a p that is not above 0.
  explicit GlobalLpPool(double p = 2);
  Tensor forward(const Tensor& x) const override;
  /// Leaves padding out of the sum.
  Padded forward_padded(const Padded& x) const override;
  Work work_of(const Tensors& inputs, const Tensors& outputs) const override;
  std::optional<LayerText> text() const override;

 private:
  double p_;
};

}  // namespace luge::nn
