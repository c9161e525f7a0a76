// Normalisation: elements moved to mean 0 and variance 1 over some axes, then scaled and shifted.
#pragma once

#include "luge/tensor.h"

namespace luge {

/// What batch_norm gives in training: y, and the statistics [C] it normalised with (the variance divided by
/// the count), from which running statistics are made.
struct BatchNormed {
  Tensor y, mean, variance;
};

/// Each channel of x [N,C,…] with the mean and variance of this batch: scale·(x - mean)/√(variance + epsilon)
/// + shift, with scale and shift [C]. One floating dtype. Throws ShapeError when scale or shift is not [C],
/// DTypeError, ValueError for an epsilon below 0. Source: Ioffe and Szegedy 2015, ONNX BatchNormalization
/// with training_mode = 1.
BatchNormed batch_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, double epsilon = 1e-5);

/// The same with given statistics [C], as in inference. Throws as batch_norm does. Source: ONNX
/// BatchNormalization.
Tensor batch_norm_inference(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& mean,
                            const Tensor& variance, double epsilon = 1e-5);

/// Axes `axis` and all behind it together: scale·(x - mean)/√(variance + epsilon) + shift, with scale and
/// shift of the shape of those axes; without shift when it is not given. One floating dtype. Throws
/// ShapeError when a shape does not fit, DTypeError, ValueError for an epsilon below 0. Source: Ba et al.
/// 2016, ONNX LayerNormalization.
Tensor layer_norm(const Tensor& x, const Tensor& scale, const Tensor& shift = {}, int axis = -1,
                  double epsilon = 1e-5);

}  // namespace luge
