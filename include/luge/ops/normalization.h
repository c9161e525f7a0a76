// Normalization: elements get mean 0 and variance 1 over some axes and are then scaled and shifted.
#pragma once

#include "luge/tensor.h"

namespace luge {

/// The results of batch_norm.
struct BatchNormed {
  Tensor y,      ///< the normalized tensor, of the shape and dtype of x
      mean,      ///< the mean of each channel [C], from which a running mean is made
      variance;  ///< the variance of each channel [C]; the sum of squares is divided by the count
};

/// Normalizes each channel of x [N,C,…] with its mean and variance in this batch: y = scale·(x - mean) /
/// √(variance + epsilon) + shift, with scale and shift [C]. x must be floating. Throws ShapeError when scale
/// or shift is not [C], DTypeError when a dtype does not match, and ValueError for an epsilon below 0.
/// Source: Ioffe and Szegedy 2015, ONNX BatchNormalization with training_mode = 1.
BatchNormed batch_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, double epsilon = 1e-5);

/// Normalizes each channel of x [N,C,…] with the given mean and variance [C], as in inference. Throws as
/// batch_norm does. Source: ONNX BatchNormalization.
Tensor batch_norm_inference(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& mean,
                            const Tensor& variance, double epsilon = 1e-5);

/// Normalizes x over `axis` and all axes after it together: scale·(x - mean) / √(variance + epsilon) + shift.
/// scale and shift have the shape of those axes; an empty shift means no shift. x must be floating. Throws
/// ShapeError when a shape does not match, DTypeError when a dtype does not match, and ValueError for an
/// epsilon below 0. Source: Ba et al. 2016, ONNX LayerNormalization.
Tensor layer_norm(const Tensor& x, const Tensor& scale, const Tensor& shift = {}, int axis = -1,
                  double epsilon = 1e-5);

}  // namespace luge
