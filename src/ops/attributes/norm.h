#pragma once
#include "graph/op.h"

namespace luge {

// Shared by batch_norm (x, scale, shift → y, mean, variance), batch_norm_backward (gradient of y, x, scale,
// mean, variance → gradients of x, scale, shift) and batch_norm_inference (x, scale, shift, mean, variance →
// y). Channels lie on axis 1.
struct BatchNormAttributes {
  double epsilon = 1e-5;
  static void fields(auto& self, auto&& field) { field("epsilon", self.epsilon); }
};

// batch_norm_inference (x, scale, shift, mean, variance → y).
struct BatchNormInferenceAttributes {
  double epsilon = 1e-5;
  static void fields(auto& self, auto&& field) { field("epsilon", self.epsilon); }
};

/// Weights and bias of the convolution that gives what a convolution with `w` and `b` (which may be empty)
/// followed by batch_norm_inference gives.
struct NormalizedWeights {
  Tensor w, b;
};
NormalizedWeights normalized_weights(double epsilon, const Tensor& w, const Tensor& b, const Tensor& scale,
                                     const Tensor& shift, const Tensor& mean, const Tensor& variance);

// Shared by batch_norm_relu (x, scale, shift and, if there is one, an image added before relu → y, mean,
// variance) and batch_norm_relu_backward (gradient of y, x, scale, shift, mean, variance → gradients of x,
// scale, shift; only without such an image).
struct BatchNormReluAttributes {
  double epsilon = 1e-5;
  double slope = 0;  // relu's below 0
  static void fields(auto& self, auto&& field) {
    field("epsilon", self.epsilon);
    field("slope", self.slope);
  }
};

/// batch_norm and relu as one, for backends that have a kernel: made by the compiler after differentiation.
OpRef batch_norm_relu(const BatchNormReluAttributes& a);
OpRef batch_norm_relu_backward(const BatchNormReluAttributes& a);

// Shared by layer_norm (x, scale, shift → y, mean, 1/√(variance + epsilon)) and layer_norm_backward (gradient
// of y, x, scale, mean, that root → gradients of x, scale, shift). The first normalized axis counts from the
// front; mean and root keep the normalized axes with extent 1.
struct LayerNormAttributes {
  std::int64_t axis = 1;
  double epsilon = 1e-5;
  static void fields(auto& self, auto&& field) {
    field("axis", self.axis);
    field("epsilon", self.epsilon);
  }
};

}  // namespace luge
