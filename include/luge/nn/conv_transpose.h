// Transposed convolution layers over images with one, two or three spatial axes.
#pragma once

#include "luge/init/init.h"
#include "luge/nn/module.h"
#include "luge/ops/convolution.h"

namespace luge::nn {

/// Options of ConvTranspose1d, ConvTranspose2d and ConvTranspose3d.
struct ConvTransposeLayerOptions {
  PerAxis kernel = 3;                    ///< extents of the kernel
  PerAxis stride = 1;                    ///< elements between the copies of the kernel in the output
  Padding padding = PaddingMode::valid;  ///< how many elements are cut off at the border of the output
  PerAxis dilation = 1;                  ///< distance between two taps of the kernel
  std::vector<std::int64_t> output_padding = {0};        ///< elements more at the end; below the stride
  std::int64_t groups = 1;                               ///< number of independent convolutions
  bool bias = true;                                      ///< add a bias
  init::Initializer init = init::fan_in_uniform();       ///< initial value of weight
  init::Initializer bias_init = init::fan_in_uniform();  ///< initial value of bias
};

/// Base class of ConvTranspose1d, ConvTranspose2d and ConvTranspose3d.
class ConvTransposeLayer : public Module {
 public:
  /// Makes a layer with `spatial` spatial axes. Throws OptionError for filters, groups, a kernel extent, a
  /// stride or a dilation below 1, for filters that are not divisible by groups, for a negative padding or
  /// output_padding, and when an option has a wrong number of extents.
  ConvTransposeLayer(int spatial, std::int64_t filters, const ConvTransposeLayerOptions& options);
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  Work work_of(const Tensors& inputs, const Tensors& outputs) const override;
  std::optional<LayerText> text() const override;

  Parameter weight,  ///< [C,filters/groups,…kernel]; its fans are those of this shape, as in PyTorch
      bias;          ///< [filters]; absent when it is switched off

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  int spatial_;
  std::int64_t filters_;
  ConvTransposeLayerOptions options_;
};

/// Transposed convolution of sequences x [N,C,W] → [N,filters,W']. The number of channels C is found at the
/// first call. Throws ShapeError as conv_transpose1d does. Source: PyTorch nn.ConvTranspose1d; padding is
/// named as in Keras.
class ConvTranspose1d : public Layer<ConvTranspose1d, ConvTransposeLayer> {
 public:
  /// Makes the layer with this number of output channels. Throws OptionError as ConvTransposeLayer does.
  explicit ConvTranspose1d(std::int64_t filters, const ConvTransposeLayerOptions& options = {})
      : Layer(1, filters, options) {}
};
/// Transposed convolution of images x [N,C,H,W] → [N,filters,H',W']. The number of channels C is found at the
/// first call. Throws ShapeError as conv_transpose2d does. Source: PyTorch nn.ConvTranspose2d; padding is
/// named as in Keras.
///
///     nn::ConvTranspose2d twice_as_large(32, {.kernel = 4, .stride = 2, .padding = nn::same});
class ConvTranspose2d : public Layer<ConvTranspose2d, ConvTransposeLayer> {
 public:
  /// Makes the layer with this number of output channels. Throws OptionError as ConvTransposeLayer does.
  explicit ConvTranspose2d(std::int64_t filters, const ConvTransposeLayerOptions& options = {})
      : Layer(2, filters, options) {}
};
/// Transposed convolution of volumes x [N,C,D,H,W] → [N,filters,D',H',W']. The number of channels C is found
/// at the first call. Throws ShapeError as conv_transpose3d does. Source: PyTorch nn.ConvTranspose3d; padding
/// is named as in Keras.
class ConvTranspose3d : public Layer<ConvTranspose3d, ConvTransposeLayer> {
 public:
  /// Makes the layer with this number of output channels. Throws OptionError as ConvTransposeLayer does.
  explicit ConvTranspose3d(std::int64_t filters, const ConvTransposeLayerOptions& options = {})
      : Layer(3, filters, options) {}
};

}  // namespace luge::nn
