// Activation functions as layers; each applies the function of the same name.
#pragma once

#include "luge/nn/module.h"

namespace luge::nn {

/// max(x, 0), range [0,∞), not zero-centred; derivative 1 for x > 0, else 0.
class Relu : public Layer<Relu> {
 public:
  Tensor forward(const Tensor& x) const override;
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
