// Activation functions as layers; each applies the function of the same name.
#pragma once

#include "luge/nn/module.h"
#include "luge/ops/nn.h"

namespace luge::nn {

/// max(x, 0), range [0,∞), not zero-centred; derivative 1 for x > 0, else 0.
class Relu : public Layer<Relu> {
 public:
  Tensor forward(const Tensor& x) const override;
};
/// x where x > 0, else slope·x, range (-∞,∞), not zero-centred; derivative 1 for x > 0, else slope.
class LeakyRelu : public Layer<LeakyRelu> {
 public:
  explicit LeakyRelu(double slope = 0.01) : slope_(slope) {}
  Tensor forward(const Tensor& x) const override;
  std::string describe() const override;

 private:
  double slope_;
};
/// x limited to [0,6], not zero-centred; derivative 1 inside, else 0.
class Relu6 : public Layer<Relu6> {
 public:
  Tensor forward(const Tensor& x) const override;
};
/// x·Φ(x), range [-0.17,∞), not zero-centred; derivative Φ(x) + x·φ(x).
class Gelu : public Layer<Gelu> {
 public:
  explicit Gelu(GeluForm form = GeluForm::exact) : form_(form) {}
  Tensor forward(const Tensor& x) const override;

 private:
  GeluForm form_;
};
/// 1/(1+e^-x), range (0,1), not zero-centred; derivative y·(1-y).
class Sigmoid : public Layer<Sigmoid> {
 public:
  Tensor forward(const Tensor& x) const override;
};
/// Hyperbolic tangent, range (-1,1), zero-centred; derivative 1-y².
class Tanh : public Layer<Tanh> {
 public:
  Tensor forward(const Tensor& x) const override;
};
/// e^x over its sum along an axis, range (0,1), not zero-centred; derivative y·(g - Σ g·y).
class Softmax : public Layer<Softmax> {
 public:
  explicit Softmax(std::int64_t axis = -1) : axis_(axis) {}
  Tensor forward(const Tensor& x) const override;

 private:
  std::int64_t axis_;
};

}  // namespace luge::nn
