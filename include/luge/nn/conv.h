// Convolution layers over images with one, two or three spatial axes.
#pragma once

#include "luge/init/init.h"
#include "luge/nn/module.h"
#include "luge/ops/nn.h"

namespace luge::nn {

/// For options' `padding`.
inline constexpr PaddingMode valid = PaddingMode::valid;
inline constexpr PaddingMode same = PaddingMode::same;

struct ConvLayerOptions {
  PerAxis kernel = 3;
  PerAxis stride = 1;
  Padding padding = valid;
  PerAxis dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  init::Initializer init = init::fan_in_uniform();
  init::Initializer bias_init = init::fan_in_uniform();
};

/// What the three layers share.
class ConvLayer : public Module {
 public:
  ConvLayer(int spatial, std::int64_t filters, const ConvLayerOptions& options);
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  Work work() const override;

  Parameter weight, bias;

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  int spatial_;
  std::int64_t filters_;
  ConvLayerOptions options_;
};

/// x [N,C,…] → [N,filters,…]. Parameters weight [filters,C/groups,…kernel] and bias [filters]; C is found at
/// the first call. Throws ValueError and ShapeError as conv2d does, naming the layer. Source: PyTorch
/// nn.Conv1d/2d/3d (padding named as in Keras).
class Conv1d : public Layer<Conv1d, ConvLayer> {
 public:
  explicit Conv1d(std::int64_t filters, const ConvLayerOptions& options = {}) : Layer(1, filters, options) {}
};
class Conv2d : public Layer<Conv2d, ConvLayer> {
 public:
  explicit Conv2d(std::int64_t filters, const ConvLayerOptions& options = {}) : Layer(2, filters, options) {}
};
class Conv3d : public Layer<Conv3d, ConvLayer> {
 public:
  explicit Conv3d(std::int64_t filters, const ConvLayerOptions& options = {}) : Layer(3, filters, options) {}
};

}  // namespace luge::nn
