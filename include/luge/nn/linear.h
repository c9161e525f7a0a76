// Linear, the fully connected layer.
#pragma once

#include "luge/init/init.h"
#include "luge/nn/module.h"

namespace luge::nn {

/// Options of Linear.
struct LinearOptions {
  bool bias = true;                                      ///< add a bias
  init::Initializer init = init::fan_in_uniform();       ///< initial value of weight
  init::Initializer bias_init = init::fan_in_uniform();  ///< initial value of bias
};

/// Fully connected layer: x [N,…,in] → x·wᵀ + b [N,…,out]. The number of inputs is found at the first call.
/// Throws ShapeError when the last extent of the input is unknown or differs from that of the first call.
/// Source: PyTorch nn.Linear, Keras Dense.
class Linear : public Layer<Linear> {
 public:
  /// Makes the layer. Throws OptionError for fewer than one output.
  explicit Linear(std::int64_t outputs, const LinearOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  Padded forward_padded(const Padded& x) const override;
  std::string describe() const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

  Parameter weight,  ///< [out,in]
      bias;          ///< [out]; absent when it is switched off

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  std::int64_t outputs_;
  LinearOptions options_;
};

}  // namespace luge::nn
