// Convolution and its two gradients, each of which is the gradient of the others.
#pragma once

#include "graph/op_registry.h"
#include "ops/attributes/conv.h"

namespace luge {

/// The type of conv's output; throws what the public docstrings promise. `op` begins the messages.
Type conv_type(std::string_view op, const ConvAttributes& a, const Type& x, const Type& w);
/// Throws when dy is not what conv gives for x and w. x and w may be float32 when dy has 16 bits; the ops
/// themselves see to it that only what they make is.
void check_conv_gradient(std::string_view op, const ConvAttributes& a, const Type& dy, const Type& x,
                         const Type& w);

Tensor make_conv(const ConvAttributes& a, const Tensor& x, const Tensor& w, const Tensor& b = {});
/// dy, w and the type of x → gradient of x.
Tensor make_conv_backward_data(const ConvAttributes& a, const Tensor& dy, const Tensor& w, const Tensor& x);
/// x, dy and the type of w → gradients of w and of the bias.
Tensors make_conv_backward_weights(const ConvAttributes& a, const Tensor& x, const Tensor& dy,
                                   const Tensor& w);

/// x with the padding of such a convolution around it, made of its own elements; only the type of w is used.
Tensor window_pad(const ConvAttributes& window, Border border, const Tensor& x, const Tensor& w);

}  // namespace luge
