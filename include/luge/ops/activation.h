// Activation functions, besides relu, sigmoid and tanh of luge/ops/math.h.
#pragma once

#include <cstdint>

#include "luge/tensor.h"

namespace luge {

/// Returns exp(x) / Σ exp(x), where the sum runs along `axis`. The computation does not overflow. x must be
/// floating. Source: ONNX Softmax.
Tensor softmax(const Tensor& x, std::int64_t axis = -1);
/// Returns log(softmax(x)), more accurate than the two functions one after the other. x must be floating.
/// Source: ONNX LogSoftmax.
Tensor log_softmax(const Tensor& x, std::int64_t axis = -1);
/// Returns log(1 + exp(x)). The computation does not overflow; the derivative is sigmoid(x). x must be
/// floating. Source: ONNX Softplus.
Tensor softplus(const Tensor& x);
/// Returns x where x > 0 and slope·x elsewhere. The derivative at 0 is the slope. x must be floating. Source:
/// ONNX LeakyRelu.
Tensor leaky_relu(const Tensor& x, double slope = 0.01);
/// Returns x limited to [0, 6]. The derivative at both bounds is 0. x must be floating. Source: PyTorch
/// functional.relu6.
Tensor relu6(const Tensor& x);

/// How gelu is computed.
enum class GeluForm : std::uint8_t {
  exact,  ///< by the error function
  tanh    ///< by the approximation x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
};
/// Returns x·Φ(x), where Φ is the distribution function of the normal distribution. x must be floating.
/// Source: Hendrycks and Gimpel 2016, ONNX Gelu.
Tensor gelu(const Tensor& x, GeluForm form = GeluForm::exact);

}  // namespace luge
