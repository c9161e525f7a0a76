// Pooling layers with powers, with a number of windows, and over the whole image.
#pragma once

#include <limits>

#include "luge/nn/module.h"
#include "luge/ops/pooling.h"

namespace luge::nn {

/// Options of LpPool1d, LpPool2d and LpPool3d.
struct LpPoolOptions {
  double p = 2;                          ///< the power, above 0
  PerAxis stride = {};                   ///< elements that the window moves by; empty: the window
  Padding padding = PaddingMode::valid;  ///< how the input is extended at its border
  PerAxis dilation = 1;                  ///< distance between two elements of the window
  bool ceil_mode = false;                ///< keep a last, partial window that begins inside the input
};
/// Base class of LpPool1d, LpPool2d and LpPool3d.
class LpPoolLayer : public Module {
 public:
  /// Makes a layer with `spatial` spatial axes. Throws OptionError for a p that is not above 0, for a window
  /// extent, a stride or a dilation below 1, for a negative padding, and when an option has a wrong number of
  /// extents.
  LpPoolLayer(int spatial, const PerAxis& window, const LpPoolOptions& options);
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

 private:
  int spatial_;
  PerAxis window_;
  LpPoolOptions options_;
};
/// (Σ |x|^p)^(1/p) of each window of x [N,C,W] → [N,C,W']. Throws ShapeError as lp_pool1d does. Source:
/// PyTorch nn.LPPool1d, but for the |…|.
class LpPool1d : public Layer<LpPool1d, LpPoolLayer> {
 public:
  /// Makes the layer with the extent of the window. Throws OptionError as LpPoolLayer does.
  explicit LpPool1d(const PerAxis& window, const LpPoolOptions& options = {}) : Layer(1, window, options) {}
};
/// (Σ |x|^p)^(1/p) of each window of images x [N,C,H,W] → [N,C,H',W']. Otherwise as LpPool1d.
class LpPool2d : public Layer<LpPool2d, LpPoolLayer> {
 public:
  /// Makes the layer with the extents of the window. Throws OptionError as LpPoolLayer does.
  explicit LpPool2d(const PerAxis& window, const LpPoolOptions& options = {}) : Layer(2, window, options) {}
};
/// (Σ |x|^p)^(1/p) of each window of volumes x [N,C,D,H,W] → [N,C,D',H',W']. Otherwise as LpPool1d.
class LpPool3d : public Layer<LpPool3d, LpPoolLayer> {
 public:
  /// Makes the layer with the extents of the window. Throws OptionError as LpPoolLayer does.
  explicit LpPool3d(const PerAxis& window, const LpPoolOptions& options = {}) : Layer(3, window, options) {}
};

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
