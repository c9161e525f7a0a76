// Linear, the fully connected layer.
#pragma once

#include "luge/init/init.h"
#include "luge/nn/module.h"

namespace luge::nn {

struct LinearOptions {
  bool bias = true;
  init::Initializer init = init::fan_in_uniform();
  init::Initializer bias_init = init::fan_in_uniform();
};

/// x [N,…,in] → x·wᵀ + b [N,…,out]. Parameters weight [out,in] and bias [out]; `in` is found at the first
/// call. Throws ValueError for fewer than one output, ShapeError for an input whose last extent is not known
/// or differs. Source: PyTorch nn.Linear, Keras Dense.
class Linear : public Layer<Linear> {
 public:
  explicit Linear(std::int64_t outputs, const LinearOptions& options = {});
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;
  Work work() const override;

  Parameter weight, bias;

 protected:
  void create_parameters(const Tensor& x) const override;

 private:
  std::int64_t outputs_;
  LinearOptions options_;
};

}  // namespace luge::nn
