// Layers that drop or disturb what they are given, in train mode only: the relatives of Dropout.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// Base of these layers: one number, and x unchanged in eval mode.
template <class Self>
class Noise : public Layer<Self> {
 public:
  Tensor forward(const Tensor& x) const override;  ///< Returns x, disturbed in train mode.
  /// Draws position by position, so that the number of padded positions changes no draw.
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;  ///< Returns the type and the amount.

 protected:
  /// Makes the layer.
  explicit Noise(double amount) : amount_(amount) {}
  double amount_;  ///< the rate or the deviation
};

/// In train mode whole channels of x [N,C,…] become 0 with probability `rate` and are divided by 1 - rate
/// otherwise. In eval mode x is returned unchanged. Neighboring pixels are much alike, so that dropping
/// single ones would hide nothing. Source: Tompson et al. 2015, PyTorch nn.Dropout2d, Keras SpatialDropout2D.
class SpatialDropout : public Noise<SpatialDropout> {
 public:
  /// Makes the layer with the share to drop. Throws OptionError for a rate outside [0, 1].
  explicit SpatialDropout(double rate);
  std::optional<LayerText> text() const override;
  /// Draws one number for each channel of a sequence.
  Padded forward_padded(const Padded& x) const override;
};
/// In train mode whole samples of x [N,…] become 0 with probability `rate` and are divided by 1 - rate
/// otherwise. In eval mode x is returned unchanged. At the end of the body of a Residual it is stochastic
/// depth. Source: Huang et al. 2016, torchvision StochasticDepth in mode row.
class DropPath : public Noise<DropPath> {
 public:
  /// Makes the layer with the share to drop. Throws OptionError for a rate outside [0, 1].
  explicit DropPath(double rate);
  std::optional<LayerText> text() const override;
  /// Draws one number for each sequence.
  Padded forward_padded(const Padded& x) const override;
};
/// In train mode x is multiplied by normal numbers of mean 1 and variance rate/(1 - rate), which disturb as
/// much as Dropout of this rate. In eval mode x is returned unchanged. Source: Keras GaussianDropout.
class GaussianDropout : public Noise<GaussianDropout> {
 public:
  /// Makes the layer. Throws OptionError for a rate outside [0, 1).
  explicit GaussianDropout(double rate);
  std::optional<LayerText> text() const override;
};
/// In train mode normal numbers of this standard deviation are added to x. In eval mode x is returned
/// unchanged. Source: Keras GaussianNoise.
class GaussianNoise : public Noise<GaussianNoise> {
 public:
  /// Makes the layer. Throws OptionError for a deviation below 0.
  explicit GaussianNoise(double deviation);
  std::optional<LayerText> text() const override;
};
/// In train mode elements become the limit of selu with probability `rate`, and all are scaled and shifted so
/// that mean 0 and variance 1 stay: the dropout after Selu. In eval mode x is returned unchanged. Source:
/// Klambauer et al. 2017, PyTorch nn.AlphaDropout.
class AlphaDropout : public Noise<AlphaDropout> {
 public:
  /// Makes the layer. Throws OptionError for a rate outside [0, 1).
  explicit AlphaDropout(double rate);
  std::optional<LayerText> text() const override;
};

}  // namespace luge::nn
