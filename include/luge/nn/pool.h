// Pooling layers over images with one, two or three spatial axes.
#pragma once

#include "luge/nn/module.h"
#include "luge/ops/nn.h"

namespace luge::nn {

struct PoolLayerOptions {
  PerAxis stride = {};  // the window unless told
  Padding padding = PaddingMode::valid;
  PerAxis dilation = 1;
  bool ceil_mode = false;
  bool count_include_pad = false;  // averages only
};

/// What the pooling layers share.
class PoolLayer : public Module {
 public:
  using Function = Tensor (*)(const Tensor&, const PoolOptions&);
  PoolLayer(Function function, int spatial, const PerAxis& window, const PoolLayerOptions& options);
  Tensor forward(const Tensor& x) const override { return function_(x, options_); }
  std::string describe() const override;
  Work work() const override;

 private:
  Function function_;
  int spatial_;
  PoolOptions options_;
};

/// x [N,C,…] → [N,C,…], each output the largest element (the mean) of a window. The window is one number or
/// one per spatial axis. Throws ValueError and ShapeError as max_pool2d does, naming the layer. Source:
/// PyTorch nn.MaxPool2d, nn.AvgPool2d (whose count_include_pad is on unless told).
class MaxPool1d : public Layer<MaxPool1d, PoolLayer> {
 public:
  explicit MaxPool1d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(max_pool1d, 1, window, options) {}
};
class MaxPool2d : public Layer<MaxPool2d, PoolLayer> {
 public:
  explicit MaxPool2d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(max_pool2d, 2, window, options) {}
};
class MaxPool3d : public Layer<MaxPool3d, PoolLayer> {
 public:
  explicit MaxPool3d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(max_pool3d, 3, window, options) {}
};
class AvgPool1d : public Layer<AvgPool1d, PoolLayer> {
 public:
  explicit AvgPool1d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(avg_pool1d, 1, window, options) {}
};
class AvgPool2d : public Layer<AvgPool2d, PoolLayer> {
 public:
  explicit AvgPool2d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(avg_pool2d, 2, window, options) {}
};
class AvgPool3d : public Layer<AvgPool3d, PoolLayer> {
 public:
  explicit AvgPool3d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(avg_pool3d, 3, window, options) {}
};

/// x [N,C,…] → [N,C], the mean of each channel over the image. Throws ShapeError for fewer than three axes.
/// Source: Lin et al. 2014, Keras GlobalAveragePooling2D.
class GlobalAvgPool : public Layer<GlobalAvgPool> {
 public:
  Tensor forward(const Tensor& x) const override;
};

}  // namespace luge::nn
