// Normalization layers.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// Options of BatchNorm.
struct BatchNormOptions {
  double momentum = 0.1;  ///< the share of the newest batch in the running statistics, in [0, 1]
  double epsilon = 1e-5;  ///< added to the variance, 0 or more
  bool scale = true;      ///< multiply by weight
};

/// Normalizes each channel of x [N,C,…] to mean 0 and variance 1, then applies weight·x + bias. Train mode
/// uses the statistics of the batch and updates the running statistics with them; eval mode uses the running
/// statistics, and so does train mode while weight and bias are frozen. Without `scale` there is no weight,
/// as where an activation or a layer that follows makes it superfluous. The running statistics follow
/// PyTorch's rule, running = (1 - momentum)·running + momentum·batch with the unbiased variance of the batch;
/// Keras calls 1 - momentum the momentum (0.99 by default), takes the biased variance and an epsilon of 1e-3.
/// An empty batch and a placeholder with unknown extents leave the running statistics unchanged. C is found
/// at the first call. Throws ShapeError for an input without channels. Source: PyTorch nn.BatchNorm1d,
/// nn.BatchNorm2d, nn.BatchNorm3d.
class BatchNorm : public Layer<BatchNorm> {
 public:
  /// Makes the layer. Throws OptionError when an option is out of range.
  explicit BatchNorm(const BatchNormOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

  Parameter weight,  ///< [C], trained, begins as 1; absent when `scale` is switched off
      bias,          ///< [C], trained, begins as 0
      running_mean,  ///< buffer [C], begins as 0; float32 when the parameters have 16 bits
      running_var;   ///< buffer [C], begins as 1; float32 as running_mean; moved by the unbiased variance

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  bool moves_statistics() const;
  Tensor scale() const;
  void move_statistics(const Tensor& mean, const Tensor& variance, const Tensor& n) const;
  BatchNormOptions options_;
};

/// Options of LayerNorm.
struct LayerNormOptions {
  int axis = -1;          ///< this axis and all axes after it are normalized together
  double epsilon = 1e-5;  ///< added to the variance, 0 or more
  bool bias = true;       ///< add a bias
};

/// Normalizes the last axes of x to mean 0 and variance 1, then applies weight·x + bias. The extents of these
/// axes are found at the first call. Throws ShapeError when one of them is unknown, and when x does not have
/// the axis. Source: Ba et al. 2016, PyTorch nn.LayerNorm.
class LayerNorm : public Layer<LayerNorm> {
 public:
  /// Makes the layer. Throws OptionError for an epsilon below 0.
  explicit LayerNorm(const LayerNormOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

  Parameter weight,  ///< has the shape of the normalized axes, begins as 1
      bias;          ///< has the shape of the normalized axes, begins as 0; absent when it is switched off

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  LayerNormOptions options_;
};

}  // namespace luge::nn
