// Convolution layers over images with one, two or three spatial axes.
#pragma once

#include "luge/init/init.h"
#include "luge/nn/module.h"
#include "luge/ops/nn.h"

namespace luge::nn {

/// For the option padding: no padding.
inline constexpr PaddingMode valid = PaddingMode::valid;
/// For the option padding: the output has ceil(extent / stride) elements.
inline constexpr PaddingMode same = PaddingMode::same;

/// Options of Conv1d, Conv2d and Conv3d.
struct ConvLayerOptions {
  PerAxis kernel = 3;                                    ///< extents of the kernel
  PerAxis stride = 1;                                    ///< elements that the kernel moves by
  Padding padding = valid;                               ///< how the input is extended at its border
  PerAxis dilation = 1;                                  ///< distance between two taps of the kernel
  std::int64_t groups = 1;                               ///< number of independent convolutions
  bool bias = true;                                      ///< add a bias
  init::Initializer init = init::fan_in_uniform();       ///< initial value of weight
  init::Initializer bias_init = init::fan_in_uniform();  ///< initial value of bias
  Border border = Border::zeros;                         ///< what the padding holds
};

/// Base class of Conv1d, Conv2d and Conv3d.
class ConvLayer : public Module {
 public:
  /// Makes a layer with `spatial` spatial axes. Throws OptionError for filters, groups, a kernel extent, a
  /// stride or a dilation below 1, for a negative padding, and when an option has a wrong number of extents.
  ConvLayer(int spatial, std::int64_t filters, const ConvLayerOptions& options);
  Tensor forward(const Tensor& x) const override;
  /// Takes 0 for padded positions, as for the border, and gives the lengths that each sequence alone gives.
  /// Throws ShapeError when the padded axis is not a spatial one, and ValueError for the padding `same` with
  /// a stride above 1, which depends on the padded extent, and for padding that does not hold zeros.
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

  Parameter weight,  ///< [filters,C/groups,…kernel]
      bias;          ///< [filters]; absent when it is switched off

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  int spatial_;
  std::int64_t filters_;
  ConvLayerOptions options_;
};

/// Convolution of sequences x [N,C,W] → [N,filters,W']. The number of channels C is found at the first call.
/// Throws ShapeError when the input does not match, as conv1d does. Source: PyTorch nn.Conv1d; padding is
/// named as in Keras.
class Conv1d : public Layer<Conv1d, ConvLayer> {
 public:
  /// Makes the layer with this number of output channels. Throws OptionError as ConvLayer does.
  explicit Conv1d(std::int64_t filters, const ConvLayerOptions& options = {}) : Layer(1, filters, options) {}
};
/// Convolution of images x [N,C,H,W] → [N,filters,H',W']. The number of channels C is found at the first
/// call. Throws ShapeError when the input does not match, as conv2d does. Source: PyTorch nn.Conv2d; padding
/// is named as in Keras.
///
///     nn::Conv2d conv(32, {.kernel = 3, .padding = nn::same});
class Conv2d : public Layer<Conv2d, ConvLayer> {
 public:
  /// Makes the layer with this number of output channels. Throws OptionError as ConvLayer does.
  explicit Conv2d(std::int64_t filters, const ConvLayerOptions& options = {}) : Layer(2, filters, options) {}
};
/// Convolution of volumes x [N,C,D,H,W] → [N,filters,D',H',W']. The number of channels C is found at the
/// first call. Throws ShapeError when the input does not match, as conv3d does. Source: PyTorch nn.Conv3d;
/// padding is named as in Keras.
class Conv3d : public Layer<Conv3d, ConvLayer> {
 public:
  /// Makes the layer with this number of output channels. Throws OptionError as ConvLayer does.
  explicit Conv3d(std::int64_t filters, const ConvLayerOptions& options = {}) : Layer(3, filters, options) {}
};

}  // namespace luge::nn
