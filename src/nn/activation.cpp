#include "luge/nn/activation.h"

#include "luge/ops/math.h"
#include "luge/ops/nn.h"

namespace luge::nn {

Tensor Relu::forward(const Tensor& x) const { return relu(x); }
Tensor Sigmoid::forward(const Tensor& x) const { return sigmoid(x); }
Tensor Tanh::forward(const Tensor& x) const { return tanh(x); }
Tensor Softmax::forward(const Tensor& x) const { return softmax(x, axis_); }

}  // namespace luge::nn
