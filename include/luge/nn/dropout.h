// Dropout as a layer.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// In train mode each element becomes 0 with probability `rate` and is divided by 1 - rate else; in eval mode
/// x passes unchanged. `rate` is the share that is dropped (Keras, PyTorch), 1 - rate the share that is kept:
/// Dropout(0.5) keeps half, Dropout::keeping(0.8) drops a fifth. Throws ValueError outside [0,1]. Source:
/// PyTorch nn.Dropout.
class Dropout : public Layer<Dropout> {
 public:
  explicit Dropout(double rate);
  static Dropout keeping(double keep_rate) { return Dropout(1 - keep_rate); }
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  double rate() const { return rate_; }

 private:
  double rate_;
};

}  // namespace luge::nn
