// Activation functions as layers; each applies the function of the same name.
#pragma once

#include "luge/nn/module.h"
#include "luge/ops/nn.h"

namespace luge::nn {

/// Applies max(x, 0). The range is [0, ∞) and is not centered at zero; the derivative is 1 for x > 0, else 0.
/// Source: PyTorch nn.ReLU.
class Relu : public Elementwise<Relu> {
 public:
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};
/// Applies x where x > 0, else slope·x. The range is (-∞, ∞) and is not centered at zero; the derivative is 1
/// for x > 0, else slope. Source: PyTorch nn.LeakyReLU.
class LeakyRelu : public Elementwise<LeakyRelu> {
 public:
  /// Makes the layer with the slope for negative x.
  explicit LeakyRelu(double slope = 0.01) : slope_(slope) {}
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
  std::string describe() const override;

 private:
  double slope_;
};
/// Limits x to [0, 6]. The range is not centered at zero; the derivative is 1 inside it, else 0. Source:
/// PyTorch nn.ReLU6.
class Relu6 : public Elementwise<Relu6> {
 public:
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};
/// Applies x·Φ(x), where Φ is the distribution function of the normal distribution and φ its density. The
/// range is [-0.17, ∞) and is not centered at zero; the derivative is Φ(x) + x·φ(x). Source: PyTorch nn.GELU.
class Gelu : public Elementwise<Gelu> {
 public:
  /// Makes the layer, exact or with the tanh approximation.
  explicit Gelu(GeluForm form = GeluForm::exact) : form_(form) {}
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;

 private:
  GeluForm form_;
};
/// Applies 1/(1 + e^-x). The range is (0, 1) and is not centered at zero; the derivative is y·(1-y). Source:
/// PyTorch nn.Sigmoid.
class Sigmoid : public Elementwise<Sigmoid> {
 public:
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};
/// Applies the hyperbolic tangent. The range is (-1, 1) and is centered at zero; the derivative is 1-y².
/// Source: PyTorch nn.Tanh.
class Tanh : public Elementwise<Tanh> {
 public:
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};
/// Divides e^x by its sum along an axis. The range is (0, 1) and is not centered at zero; the gradient is
/// y·(g - Σ g·y). Source: PyTorch nn.Softmax.
class Softmax : public Layer<Softmax> {
 public:
  /// Makes the layer for one axis, by default the last one.
  explicit Softmax(std::int64_t axis = -1) : axis_(axis) {}
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
  Padded forward_padded(const Padded& x) const override;

 private:
  std::int64_t axis_;
};

}  // namespace luge::nn
