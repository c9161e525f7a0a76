// Layers that change the extents of images without weights: Upsample, Pad, PixelShuffle.
#pragma once

#include <vector>

#include "luge/nn/module.h"
#include "luge/ops/image.h"
#include "luge/ops/shape.h"

namespace luge::nn {

/// Options of Upsample.
struct UpsampleOptions {
  std::vector<double> scale = {2};  ///< factors of the spatial extents: one for all axes, or one each
  PerAxis size = {};                ///< the spatial extents of the output; when given, scale is not used
  Interpolation mode = Interpolation::nearest;               ///< how elements are found
  Coordinates coordinates = Coordinates::half_pixel;         ///< what an output coordinate means
  NearestRounding rounding = NearestRounding::prefer_floor;  ///< for the mode nearest
  double cubic = -0.75;                                      ///< for the mode cubic: the a of Keys 1981
};
/// Resizes images x [N,C,…] with one to three spatial axes, as interpolate does. Throws what interpolate
/// throws. Source: PyTorch nn.Upsample, Keras UpSampling2D.
///
///     nn::Upsample smooth({.scale = {2}, .mode = Interpolation::linear});
class Upsample : public Layer<Upsample> {
 public:
  /// Makes the layer. Throws OptionError for a scale that is not above 0 and a size below 1.
  explicit Upsample(const UpsampleOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  UpsampleOptions options_;
};

/// Options of Pad.
struct PadLayerOptions {
  PadMode mode = PadMode::constant;  ///< what the new elements are
  double value = 0;                  ///< the value of PadMode::constant
};
/// Extends the spatial axes of x [N,C,…], with zeros by default. Throws ShapeError when x does not have as
/// many spatial axes as there are pads, and for more elements than the mode can give. Source: Keras
/// ZeroPadding2D, PyTorch nn.ZeroPad2d, nn.ReflectionPad2d, nn.ReplicationPad2d, nn.CircularPad2d.
///
///     nn::Pad pad({1, 0, 1, 2});  // all begins, then all ends: one row above, one below, two columns after
class Pad : public Layer<Pad> {
 public:
  /// Makes the layer with one number for all sides, or all begins and then all ends of the spatial axes.
  /// Throws OptionError for a negative number and for three or another odd number of them.
  explicit Pad(std::vector<std::int64_t> pads, const PadLayerOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  std::vector<std::int64_t> pads_;
  PadLayerOptions options_;
};

/// Channels as blocks of pixels: x [N,C·block²,H,W] → [N,C,H·block,W·block]. Throws ShapeError when the
/// channels are not divisible. Source: Shi et al. 2016, PyTorch nn.PixelShuffle.
class PixelShuffle : public Layer<PixelShuffle> {
 public:
  /// Makes the layer. Throws OptionError for a block below 1.
  explicit PixelShuffle(std::int64_t block);
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;

 private:
  std::int64_t block_;
};

}  // namespace luge::nn
