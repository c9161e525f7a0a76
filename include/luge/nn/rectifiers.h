// Activations without an upper bound as layers, besides those of luge/nn/activation.h; each applies the
// function of luge/ops/rectifiers.h.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// Options of PRelu.
struct PReluOptions {
  bool per_channel = false;  ///< one slope for each channel, and not one for all
  double init = 0.25;        ///< initial value of the slopes
};
/// Applies x where x > 0, else slope·x, where the slopes are trained. The range is (-∞, ∞) and is not
/// centered at zero; the derivative is 1 for x > 0, else slope. With one slope for each channel, x is
/// [N,C,…]; C is found at the first call. Throws ShapeError for an input without channels. Source: He et al.
/// 2015, PyTorch nn.PReLU.
class PRelu : public Layer<PRelu> {
 public:
  /// Makes the layer.
  explicit PRelu(const PReluOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::optional<LayerText> text() const override;

  Parameter weight;  ///< the slopes, [1] or [C], trained

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  PReluOptions options_;
};

/// Applies x where x > 0, else alpha·(e^x - 1). The range is (-alpha, ∞) and is nearly centered at zero; the
/// derivative is 1 for x > 0, else alpha·e^x. Source: Clevert et al. 2016, PyTorch nn.ELU.
class Elu : public Elementwise<Elu> {
 public:
  /// Makes the layer with the limit for negative x, of the other sign.
  explicit Elu(double alpha = 1) : alpha_(alpha) {}
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;

 private:
  double alpha_;
};
/// Applies selu: elu times a constant, with constants that keep mean 0 and variance 1. The range is (-1.758,
/// ∞) and outputs are centered at zero for inputs that are; the derivative is 1.0507 for x > 0,
/// else 1.758·e^x. Source: Klambauer et al. 2017, PyTorch nn.SELU.
class Selu : public Elementwise<Selu> {
 public:
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};
/// Applies x where x > 0, else alpha·(e^(x/alpha) - 1). The range is (-alpha, ∞) and is nearly centered at
/// zero; the derivative is 1 for x > 0, else e^(x/alpha). Source: Barron 2017, PyTorch nn.CELU.
class Celu : public Elementwise<Celu> {
 public:
  /// Makes the layer. Throws OptionError for an alpha that is not above 0.
  explicit Celu(double alpha = 1);
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;

 private:
  double alpha_;
};
/// Applies x·sigmoid(beta·x), also called swish. For beta = 1 the range is [-0.278, ∞) and is not centered at
/// zero; with s = sigmoid(beta·x) the derivative is s + beta·x·s·(1-s). Source: Ramachandran et al. 2017,
/// PyTorch nn.SiLU.
class Silu : public Elementwise<Silu> {
 public:
  /// Makes the layer.
  explicit Silu(double beta = 1) : beta_(beta) {}
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;

 private:
  double beta_;
};
/// Applies x·tanh(log(1 + e^x)). The range is [-0.309, ∞) and is not centered at zero; with t = tanh(log(1 +
/// e^x)) the derivative is t + x·(1-t²)·sigmoid(x). Source: Misra 2019, PyTorch nn.Mish.
class Mish : public Elementwise<Mish> {
 public:
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};
/// Applies log(1 + e^(beta·x))/beta. The range is (0, ∞) and is not centered at zero; the derivative is
/// sigmoid(beta·x). Source: PyTorch nn.Softplus, without its threshold.
class Softplus : public Elementwise<Softplus> {
 public:
  /// Makes the layer. Throws OptionError for a beta that is not above 0.
  explicit Softplus(double beta = 1);
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;

 private:
  double beta_;
};
/// Applies x·relu6(x + 3)/6. The range is [-0.375, ∞) and is not centered at zero; the derivative is 0 for
/// x ≤ -3, 1 for x ≥ 3 and x/3 + 1/2 between. Source: Howard et al. 2019, PyTorch nn.Hardswish.
class HardSwish : public Elementwise<HardSwish> {
 public:
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;
};
/// Applies x where x > at, else a value. The range is (at, ∞) and the value, and is not centered at zero; the
/// derivative is 1 for x > at, else 0. Source: PyTorch nn.Threshold.
class Threshold : public Elementwise<Threshold> {
 public:
  /// Makes the layer.
  explicit Threshold(double at = 0, double value = 0) : at_(at), value_(value) {}
  Tensor forward(const Tensor& x) const override;
  std::optional<LayerText> text() const override;

 private:
  double at_, value_;
};
/// Applies a·sigmoid(b), where a and b are the halves of x along an axis, which becomes half as long. The
/// range is (-∞, ∞) and is centered at zero; the gradients are g·s and g·a·s·(1-s) with s = sigmoid(b).
/// Throws ShapeError for an odd extent. Source: Dauphin et al. 2017, PyTorch nn.GLU.
class Glu : public Layer<Glu> {
 public:
  /// Makes the layer for one axis, by default the last one.
  explicit Glu(std::int64_t axis = -1) : axis_(axis) {}
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::optional<LayerText> text() const override;

 private:
  std::int64_t axis_;
};

}  // namespace luge::nn
