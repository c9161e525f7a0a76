// How parameters begin. A weight of a linear layer is [out,in], of a convolution [out,in/groups,…kernel];
// with r = the kernel's elements (1 for linear), fan_in = in/groups·r and fan_out = out·r, as PyTorch and
// Keras count. A bias is drawn with the fans of its weight.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "luge/tensor.h"

namespace luge::init {

struct Fans {
  double in = 1;
  double out = 1;
};
/// Fans of a weight of this shape; a shape with fewer than two axes counts its elements as both.
Fans fans_of(const Shape& weight);

/// A named way to draw initial values.
class Initializer {
 public:
  using Draw = std::function<Tensor(const Shape& shape, const Fans& fans, DType dtype)>;
  Initializer(std::string name, Draw draw) : name_(std::move(name)), draw_(std::move(draw)) {}

  Tensor operator()(const Shape& shape, DType dtype = f32) const {
    return draw_(shape, fans_of(shape), dtype);
  }
  Tensor operator()(const Shape& shape, const Fans& fans, DType dtype) const {
    return draw_(shape, fans, dtype);
  }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  Draw draw_;
};

Initializer zeros();
Initializer ones();
Initializer constant(double value);
Initializer uniform(double low, double high);
Initializer normal(double mean, double deviation);
/// Normal within two deviations of the mean.
Initializer truncated_normal(double mean, double deviation);
/// 0.01 · N(0, 1).
Initializer small_random();
/// Uniform within ±gain·√(6 / (fan_in + fan_out)). Source: Glorot and Bengio 2010.
Initializer xavier_uniform(double gain = 1);
/// Normal with deviation gain·√(2 / (fan_in + fan_out)).
Initializer xavier_normal(double gain = 1);
/// The same under Glorot's first name.
inline Initializer glorot_uniform(double gain = 1) { return xavier_uniform(gain); }
inline Initializer glorot_normal(double gain = 1) { return xavier_normal(gain); }
/// Which fan keeps its variance: that of the forward or of the backward pass.
enum class Fan : std::uint8_t { in, out };
/// Uniform within ±√(6 / fan), for layers before a relu. Source: He et al. 2015.
Initializer he_uniform(Fan fan = Fan::in);
/// Normal with deviation √(2 / fan).
Initializer he_normal(Fan fan = Fan::in);
/// Normal with deviation √(1 / fan_in). Source: LeCun et al. 1998.
Initializer lecun_normal();
/// Uniform within ±1/√fan_in: what weights and biases of Linear and the convolutions get unless told.
/// Source: PyTorch nn.Linear and nn.Conv2d.
Initializer fan_in_uniform();

/// By the names above, for the shell. Throws ValueError listing them.
Initializer named(const std::string& name);

}  // namespace luge::init
