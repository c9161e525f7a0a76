// Pooling layers with a number of windows that cover their input.
#pragma once

#include "luge/nn/module.h"
#include "luge/ops/pooling.h"

namespace luge::nn {

/// Base class of the adaptive pooling layers.
class AdaptivePoolLayer : public Module {
 public:
  /// A pooling function such as adaptive_avg_pool2d.
  using Function = Tensor (*)(const Tensor&, const PerAxis&);
  /// Makes a layer with `spatial` spatial axes. Throws OptionError for an output extent below 1, and when
  /// there is a wrong number of them.
  AdaptivePoolLayer(Function function, int spatial, const PerAxis& output);
  Tensor forward(const Tensor& x) const override { return function_(x, output_); }
  std::string describe() const override;
  Work work_of(const Tensors& inputs, const Tensors& outputs) const override;
  std::optional<LayerText> text() const override;

 private:
  Function function_;
  int spatial_;
  PerAxis output_;
};
/// The means of a number of windows that cover x [N,C,W] → [N,C,output]. Throws ShapeError as
/// adaptive_avg_pool1d does. Source: PyTorch nn.AdaptiveAvgPool1d.
class AdaptiveAvgPool1d : public Layer<AdaptiveAvgPool1d, AdaptivePoolLayer> {
 public:
  /// Makes the layer with the extent of the output. Throws OptionError as AdaptivePoolLayer does.
  explicit AdaptiveAvgPool1d(const PerAxis& output) : Layer(adaptive_avg_pool1d, 1, output) {}
};
/// The means of windows that cover images x [N,C,H,W] → [N,C,…output]. Otherwise as AdaptiveAvgPool1d.
class AdaptiveAvgPool2d : public Layer<AdaptiveAvgPool2d, AdaptivePoolLayer> {
 public:
  /// Makes the layer with the extents of the output. Throws OptionError as AdaptivePoolLayer does.
  explicit AdaptiveAvgPool2d(const PerAxis& output) : Layer(adaptive_avg_pool2d, 2, output) {}
};
/// The means of windows that cover volumes x [N,C,D,H,W] → [N,C,…output]. Otherwise as AdaptiveAvgPool1d.
class AdaptiveAvgPool3d : public Layer<AdaptiveAvgPool3d, AdaptivePoolLayer> {
 public:
  /// Makes the layer with the extents of the output. Throws OptionError as AdaptivePoolLayer does.
  explicit AdaptiveAvgPool3d(const PerAxis& output) : Layer(adaptive_avg_pool3d, 3, output) {}
};
/// The largest elements of a number of windows that cover x [N,C,W] → [N,C,output]. Throws ShapeError as
/// adaptive_max_pool1d does. Source: PyTorch nn.AdaptiveMaxPool1d.
class AdaptiveMaxPool1d : public Layer<AdaptiveMaxPool1d, AdaptivePoolLayer> {
 public:
  /// Makes the layer with the extent of the output. Throws OptionError as AdaptivePoolLayer does.
  explicit AdaptiveMaxPool1d(const PerAxis& output) : Layer(adaptive_max_pool1d, 1, output) {}
};
/// The largest elements of windows that cover images x [N,C,H,W] → [N,C,…output]. Otherwise as
/// AdaptiveMaxPool1d.
class AdaptiveMaxPool2d : public Layer<AdaptiveMaxPool2d, AdaptivePoolLayer> {
 public:
  /// Makes the layer with the extents of the output. Throws OptionError as AdaptivePoolLayer does.
  explicit AdaptiveMaxPool2d(const PerAxis& output) : Layer(adaptive_max_pool2d, 2, output) {}
};
/// The largest elements of windows that cover volumes x [N,C,D,H,W] → [N,C,…output]. Otherwise as
/// AdaptiveMaxPool1d.
class AdaptiveMaxPool3d : public Layer<AdaptiveMaxPool3d, AdaptivePoolLayer> {
 public:
  /// Makes the layer with the extents of the output. Throws OptionError as AdaptivePoolLayer does.
  explicit AdaptiveMaxPool3d(const PerAxis& output) : Layer(adaptive_max_pool3d, 3, output) {}
};

}  // namespace luge::nn
