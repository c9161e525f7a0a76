// Bilinear: a layer of two inputs.
#pragma once

#include "luge/nn/linear.h"
#include "luge/nn/module.h"

namespace luge::nn {

/// Bilinear form of two inputs: net({a [N,…,in1], b [N,…,in2]}) → y [N,…,out] with y[k] = aᵀ·weight[k]·b +
/// bias[k]. The numbers of inputs are found at the first call; initial values have fan_in = in1. Throws
/// ShapeError for inputs that do not fit. Source: PyTorch nn.Bilinear.
class Bilinear : public Layer<Bilinear> {
 public:
  /// Makes the layer. Throws OptionError for fewer than one output.
  explicit Bilinear(std::int64_t outputs, const LinearOptions& options = {});
  std::vector<std::string> input_names() const override { return {"first", "second"}; }
  Tensors forward(const Tensors& inputs) const override;
  std::string describe() const override;
  Work work() const override;
  std::optional<LayerText> text() const override;

  Parameter weight,  ///< [out,in1,in2]
      bias;          ///< [out]; absent when it is switched off

 protected:
  void create_parameters(const Tensors& inputs) const override;

 private:
  std::int64_t outputs_;
  LinearOptions options_;
};

}  // namespace luge::nn
