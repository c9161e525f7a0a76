// Dropout as a layer.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// In train mode each element becomes 0 with probability `rate` and is divided by 1 - rate otherwise. In eval
/// mode x is returned unchanged. As in Keras and PyTorch, `rate` is the share that is dropped: Dropout(0.5)
/// keeps half of the elements, Dropout::keeping(0.8) drops a fifth. It stays active in a part whose
/// parameters are frozen by set_trainable. Source: PyTorch nn.Dropout.
class Dropout : public Layer<Dropout> {
 public:
  /// Makes the layer with the share to drop. Throws OptionError for a rate outside [0, 1].
  explicit Dropout(double rate);
  /// Makes the layer with the share to keep, called keep_prob in network files. Throws OptionError for a
  /// share outside [0, 1].
  static Dropout keeping(double keep_prob);
  Tensor forward(const Tensor& x) const override;
  /// Draws position by position, so that the number of padded positions changes no draw.
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  std::optional<LayerText> text() const override;
  /// Returns the share that is dropped.
  double rate() const { return rate_; }

 private:
  double rate_;
  std::optional<double> keep_prob_;  // what it was made with, if not with the rate
};

}  // namespace luge::nn
