// Normalisation layers.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

struct BatchNormOptions {
  double momentum = 0.1;  // the share of the newest batch in the running statistics
  double epsilon = 1e-5;
};

/// x [N,C,…] → the same shape, each channel scaled to mean 0 and variance 1, then weight·x + bias. In train
/// mode by the statistics of the batch, which also move the buffers running_mean and running_var (the latter
/// by the unbiased variance); in eval mode by those buffers. Parameters weight and bias [C], at first 1 and
/// 0; C is found at the first call. Beside 16-bit parameters the buffers are float32. An empty batch and a
/// placeholder of unknown extents move nothing. Throws ShapeError for inputs without channels. Source:
/// PyTorch nn.BatchNorm1d/2d/3d.
class BatchNorm : public Layer<BatchNorm> {
 public:
  explicit BatchNorm(const BatchNormOptions& options = {});
  Tensor forward(const Tensor& x) const override;

  Parameter weight, bias, running_mean, running_var;

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  BatchNormOptions options_;
};

struct LayerNormOptions {
  int axis = -1;  // this axis and all behind it are normalised together
  double epsilon = 1e-5;
  bool bias = true;
};

/// x → the same shape, the last axes scaled to mean 0 and variance 1, then weight·x + bias. Parameters weight
/// and bias have the shape of those axes, found at the first call, at first 1 and 0. Throws ShapeError when
/// one of those extents is unknown. Source: PyTorch nn.LayerNorm.
class LayerNorm : public Layer<LayerNorm> {
 public:
  explicit LayerNorm(const LayerNormOptions& options = {});
  Tensor forward(const Tensor& x) const override;

  Parameter weight, bias;

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  LayerNormOptions options_;
};

}  // namespace luge::nn
