// Activations with a bounded range as layers, besides those of luge/nn/activation.h; each applies the
// function of luge/ops/squashing.h or luge/ops/activation.h.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// Options of ScaledTanh.
struct ScaledTanhOptions {
  double outer = 1.7159;     ///< the factor of the result
  double inner = 2.0 / 3.0;  ///< the factor of x
};
/// Applies outer·tanh(inner·x), by default 1.7159·tanh(2x/3), which maps ±1 to ±1. The range is (-outer,
/// outer) and is centered at zero; the derivative is inner·(outer - y²/outer). Source: LeCun et al. 1998,
/// "Efficient BackProp" and LeNet-5.
class ScaledTanh : public Elementwise<ScaledTanh> {
 public:
  /// Makes the layer.
  explicit ScaledTanh(const ScaledTanhOptions& options = {}) : options_(options) {}
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;

 private:
  ScaledTanhOptions options_;
};
/// Applies x/(1 + |x|). The range is (-1, 1) and is centered at zero; the derivative is 1/(1 + |x|)². Source:
/// PyTorch nn.Softsign.
class Softsign : public Elementwise<Softsign> {
 public:
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};
/// Options of HardSigmoid.
struct HardSigmoidOptions {
  double alpha = 1.0 / 6.0;  ///< the slope
  double beta = 0.5;         ///< the value at 0
};
/// Limits alpha·x + beta to [0, 1]. The range is not centered at zero; the derivative is alpha inside it,
/// else 0. Source: PyTorch nn.Hardsigmoid.
class HardSigmoid : public Elementwise<HardSigmoid> {
 public:
  /// Makes the layer.
  explicit HardSigmoid(const HardSigmoidOptions& options = {}) : options_(options) {}
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;

 private:
  HardSigmoidOptions options_;
};
/// Options of HardTanh.
struct HardTanhOptions {
  double low = -1;  ///< the lower bound
  double high = 1;  ///< the upper bound, above `low`
};
/// Limits x to [low, high]. With bounds of one size the range is centered at zero; the derivative is 1 inside
/// it, else 0. Source: PyTorch nn.Hardtanh.
class HardTanh : public Elementwise<HardTanh> {
 public:
  /// Makes the layer. Throws OptionError unless low < high.
  explicit HardTanh(const HardTanhOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;

 private:
  HardTanhOptions options_;
};
/// Gives 1 for x ≥ 0, else 0: the perceptron. The range is not centered at zero. It has no gradient: the
/// slope is 0, and infinite at 0; so it is for prediction, or for training by other rules. Source: Rosenblatt
/// 1958.
class Step : public Elementwise<Step> {
 public:
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};

/// Base of layers that compare the elements along one axis, on which no positions of padded sequences may
/// lie.
template <class Self>
class AlongAxis : public Layer<Self> {
 public:
  /// Makes the layer for one axis, by default the last one.
  explicit AlongAxis(std::int64_t axis = -1) : axis_(axis) {}
  /// Runs forward on the values. Throws ShapeError when the positions lie along the axis.
  Padded forward_padded(const Padded& x) const override;

 protected:
  std::int64_t axis_;  ///< the axis
};
/// Applies the logarithm of softmax. The range is (-∞, 0) and is not centered at zero; the gradient is
/// g - e^y·Σ g. Source: PyTorch nn.LogSoftmax.
class LogSoftmax : public AlongAxis<LogSoftmax> {
 public:
  using AlongAxis::AlongAxis;
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};
/// Divides e^-x by its sum along an axis. The range is (0, 1) and is not centered at zero; the gradient is
/// y·(Σ g·y - g). Source: PyTorch nn.Softmin.
class Softmin : public AlongAxis<Softmin> {
 public:
  using AlongAxis::AlongAxis;
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};
/// Gives 1 at the first largest element along an axis, else 0. The range is not centered at zero. It has no
/// gradient: the slope is 0 wherever it has one. Source: ONNX Hardmax.
class Hardmax : public AlongAxis<Hardmax> {
 public:
  using AlongAxis::AlongAxis;
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};

}  // namespace luge::nn
