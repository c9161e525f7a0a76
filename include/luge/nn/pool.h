// Pooling layers over images with one, two or three spatial axes.
#pragma once

#include "luge/nn/module.h"
#include "luge/ops/nn.h"

namespace luge::nn {

/// Options of the pooling layers.
struct PoolLayerOptions {
  PerAxis stride = {};                   ///< elements that the window moves by; empty: the window
  Padding padding = PaddingMode::valid;  ///< how the input is extended at its border
  PerAxis dilation = 1;                  ///< distance between two elements of the window
  bool ceil_mode = false;                ///< keep a last, partial window that begins inside the input
  bool count_include_pad = false;        ///< averages divide by the whole window even at the border
};

/// Base class of the pooling layers.
class PoolLayer : public Module {
 public:
  /// A pooling function such as max_pool2d.
  using Function = Tensor (*)(const Tensor&, const PoolOptions&);
  /// Makes a layer with `spatial` spatial axes. Throws OptionError for a window extent, a stride or
  /// a dilation below 1, for a negative padding, and when an option has a wrong number of extents.
  PoolLayer(Function function, int spatial, const PerAxis& window, const PoolLayerOptions& options);
  Tensor forward(const Tensor& x) const override { return function_(x, options_); }
  std::string describe() const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

 protected:
  /// Returns the largest element of each window before the lengths. Throws ValueError for ceil_mode and, with
  /// a stride above 1, for the padding `same`: both depend on the padded extent. Throws ShapeError when the
  /// padded axis is not a spatial one.
  Padded largest_of(const Padded& x) const;
  /// Returns the mean of each window before the lengths. Throws as largest_of does.
  Padded mean_of(const Padded& x) const;

 private:
  Tensor lengths(const Padded& x) const;
  Function function_;
  int spatial_;
  PoolOptions options_;
};

/// The largest element of each window of x [N,C,W] → [N,C,W']. Throws ShapeError as max_pool1d does. Source:
/// PyTorch nn.MaxPool1d.
class MaxPool1d : public Layer<MaxPool1d, PoolLayer> {
 public:
  /// Makes the layer with the extent of the window. Throws OptionError as PoolLayer does.
  explicit MaxPool1d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(max_pool1d, 1, window, options) {}
  /// Takes no padding for the largest of a window.
  Padded forward_padded(const Padded& x) const override { return largest_of(x); }
};
/// The largest element of each window of images x [N,C,H,W] → [N,C,H',W']. Throws ShapeError as max_pool2d
/// does. Source: PyTorch nn.MaxPool2d.
///
///     nn::MaxPool2d pool(3, {.stride = 2, .padding = 1});
class MaxPool2d : public Layer<MaxPool2d, PoolLayer> {
 public:
  /// Makes the layer with the extents of the window, one number or one for each spatial axis. Throws
  /// OptionError as PoolLayer does.
  explicit MaxPool2d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(max_pool2d, 2, window, options) {}
  /// Takes no padding for the largest of a window.
  Padded forward_padded(const Padded& x) const override { return largest_of(x); }
};
/// The largest element of each window of volumes x [N,C,D,H,W] → [N,C,D',H',W']. Throws ShapeError as
/// max_pool3d does. Source: PyTorch nn.MaxPool3d.
class MaxPool3d : public Layer<MaxPool3d, PoolLayer> {
 public:
  /// Makes the layer with the extents of the window, one number or one for each spatial axis. Throws
  /// OptionError as PoolLayer does.
  explicit MaxPool3d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(max_pool3d, 3, window, options) {}
  /// Takes no padding for the largest of a window.
  Padded forward_padded(const Padded& x) const override { return largest_of(x); }
};
/// The mean of each window of x [N,C,W] → [N,C,W']. Padding does not count unless count_include_pad is set,
/// whereas PyTorch counts it by default. Throws ShapeError as avg_pool1d does. Source: PyTorch nn.AvgPool1d.
class AvgPool1d : public Layer<AvgPool1d, PoolLayer> {
 public:
  /// Makes the layer with the extent of the window. Throws OptionError as PoolLayer does.
  explicit AvgPool1d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(avg_pool1d, 1, window, options) {}
  /// Leaves padding out of the mean of a window.
  Padded forward_padded(const Padded& x) const override { return mean_of(x); }
};
/// The mean of each window of images x [N,C,H,W] → [N,C,H',W']. Otherwise as AvgPool1d. Source: PyTorch
/// nn.AvgPool2d.
class AvgPool2d : public Layer<AvgPool2d, PoolLayer> {
 public:
  /// Makes the layer with the extents of the window, one number or one for each spatial axis. Throws
  /// OptionError as PoolLayer does.
  explicit AvgPool2d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(avg_pool2d, 2, window, options) {}
  /// Leaves padding out of the mean of a window.
  Padded forward_padded(const Padded& x) const override { return mean_of(x); }
};
/// The mean of each window of volumes x [N,C,D,H,W] → [N,C,D',H',W']. Otherwise as AvgPool1d. Source: PyTorch
/// nn.AvgPool3d.
class AvgPool3d : public Layer<AvgPool3d, PoolLayer> {
 public:
  /// Makes the layer with the extents of the window, one number or one for each spatial axis. Throws
  /// OptionError as PoolLayer does.
  explicit AvgPool3d(const PerAxis& window, const PoolLayerOptions& options = {})
      : Layer(avg_pool3d, 3, window, options) {}
  /// Leaves padding out of the mean of a window.
  Padded forward_padded(const Padded& x) const override { return mean_of(x); }
};

/// The mean of each channel over all spatial axes: x [N,C,…] → [N,C]. Throws ShapeError for fewer than three
/// axes. Source: Lin et al. 2014, Keras GlobalAveragePooling2D.
class GlobalAvgPool : public Layer<GlobalAvgPool> {
 public:
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  Work work_of(const Tensors& inputs, const Tensors& outputs) const override;
  std::optional<LayerText> text() const override;
};

}  // namespace luge::nn
