#include "luge/nn/activation.h"

#include <fmt/format.h>

#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "nn/padded_axes.h"

namespace luge::nn {

Tensor Relu::forward(const Tensor& x) const { return relu(x); }
Tensor LeakyRelu::forward(const Tensor& x) const { return leaky_relu(x, slope_); }
std::string LeakyRelu::describe() const { return fmt::format("LeakyRelu {}", slope_); }
Tensor Relu6::forward(const Tensor& x) const { return relu6(x); }
Tensor Gelu::forward(const Tensor& x) const { return gelu(x, form_); }
Tensor Sigmoid::forward(const Tensor& x) const { return sigmoid(x); }
Tensor Tanh::forward(const Tensor& x) const { return tanh(x); }
Tensor Softmax::forward(const Tensor& x) const { return softmax(x, axis_); }

Padded Softmax::forward_padded(const Padded& x) const {
  check_apart(x, axis_, 1);
  return x.with(forward(x.values));
}

}  // namespace luge::nn
