// Convolutions that treat each channel apart: depthwise, and depthwise followed by 1x1.
#pragma once

#include "luge/init/init.h"
#include "luge/nn/conv.h"
#include "luge/nn/module.h"

namespace luge::nn {

/// Options of DepthwiseConv2d and SeparableConv2d.
struct DepthwiseOptions {
  PerAxis kernel = 3;                                    ///< extents of the kernel
  PerAxis stride = 1;                                    ///< elements that the kernel moves by
  Padding padding = valid;                               ///< how the input is extended at its border
  PerAxis dilation = 1;                                  ///< distance between two taps of the kernel
  std::int64_t multiplier = 1;                           ///< kernels for each channel
  bool bias = true;                                      ///< add a bias
  init::Initializer init = init::fan_in_uniform();       ///< initial value of the weights
  init::Initializer bias_init = init::fan_in_uniform();  ///< initial value of bias
  Border border = Border::zeros;                         ///< what the padding holds
};

/// A convolution of each channel of x [N,C,H,W] with kernels of its own: [N,C·multiplier,H',W'], of which the
/// first `multiplier` channels come from channel 0. C is found at the first call. Throws ShapeError as conv2d
/// does. Source: Keras DepthwiseConv2D, PyTorch nn.Conv2d with groups = C.
class DepthwiseConv2d : public Layer<DepthwiseConv2d> {
 public:
  /// Makes the layer. Throws OptionError for an option that is out of range or has a wrong number of extents.
  explicit DepthwiseConv2d(const DepthwiseOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

  Parameter weight,  ///< [C·multiplier,1,…kernel]
      bias;          ///< [C·multiplier]; absent when it is switched off

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  DepthwiseOptions options_;
};

/// A depthwise convolution without bias, the child "depthwise", followed by a 1x1 convolution to `filters`
/// channels, the child "pointwise": x [N,C,H,W] → [N,filters,H',W']. Throws ShapeError as conv2d does.
/// Source: Chollet 2017, Keras SeparableConv2D.
class SeparableConv2d : public Layer<SeparableConv2d> {
 public:
  /// Makes the layer with this number of output channels. Throws OptionError as DepthwiseConv2d does, and for
  /// filters below 1.
  explicit SeparableConv2d(std::int64_t filters, const DepthwiseOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  std::int64_t filters_;
  DepthwiseOptions options_;
  DepthwiseConv2d depthwise_;
  Conv2d pointwise_;
};

}  // namespace luge::nn
