// Pooling layers of p-norms.
#pragma once

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

}  // namespace luge::nn
