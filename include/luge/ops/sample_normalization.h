// Normalization of each sample by itself: the batch does not matter.
/// @file
/// x must be floating, otherwise DTypeError. 16-bit tensors are averaged and squared in float32. Where all
/// elements that are normalized together are equal, and where there is only one, the result before scale and
/// shift is 0 and the gradient is finite.
#pragma once

#include <cstdint>

#include "luge/tensor.h"

namespace luge {

/// Normalizes groups of channels of each sample of x [N,C,…] to mean 0 and variance 1: the C channels are cut
/// into `groups` groups of neighbors, and each group is normalized over its channels and all axes after them:
/// y = scale·(x - mean)/√(variance + epsilon) + shift. scale and shift are [C]; empty: 1 and 0. Throws
/// ShapeError when C is unknown or not divisible by `groups` or scale or shift is not [C], DTypeError when a
/// dtype does not match, and ValueError for an epsilon below 0. Source: Wu and He 2018, ONNX
/// GroupNormalization.
Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& scale = {}, const Tensor& shift = {},
                  double epsilon = 1e-5);

/// Normalizes each channel of each sample of x [N,C,…] over the axes after the channels, of which there must
/// be at least one. Otherwise as group_norm with one channel in a group. Source: Ulyanov et al. 2016, ONNX
/// InstanceNormalization.
Tensor instance_norm(const Tensor& x, const Tensor& scale = {}, const Tensor& shift = {},
                     double epsilon = 1e-5);

/// Divides x by the root of its mean square over `axis` and all axes after it: y = scale·x/√(mean(x²) +
/// epsilon). scale has the shape of those axes; empty: 1. Throws ShapeError, DTypeError and ValueError as
/// layer_norm does. PyTorch's epsilon is that of the dtype unless it is given. Source: Zhang and Sennrich
/// 2019, ONNX RMSNormalization.
Tensor rms_norm(const Tensor& x, const Tensor& scale = {}, int axis = -1, double epsilon = 1e-5);

/// Options of local_response_norm.
struct LocalResponseNormOptions {
  std::int64_t size = 5;  ///< the number of neighboring channels, 1 or more
  double alpha = 1e-4;    ///< the factor of their mean square
  double beta = 0.75;     ///< the exponent
  double bias = 1;        ///< added to the mean square, above 0
};
/// Divides x [N,C,…] by (bias + alpha·s/size)^beta, where s is the sum of the squares of `size` channels
/// around the own one: (size-1)/2 before it and size/2 after it, rounded down, as far as they exist. Throws
/// ShapeError for an input without channels, and ValueError for a size below 1 or a bias that is not above 0.
/// For an even size PyTorch counts one channel more before and one less after. Source: Krizhevsky et al.
/// 2012, ONNX LRN.
Tensor local_response_norm(const Tensor& x, const LocalResponseNormOptions& options = {});

/// Divides x by its p-norm along `axis`, or by epsilon where the norm is smaller. Throws ShapeError for an
/// axis that does not exist, and ValueError for a p below 0 and an epsilon that is not above 0. Source:
/// PyTorch functional.normalize; ONNX LpNormalization has no epsilon and gives 0 for the norm 0.
Tensor lp_normalize(const Tensor& x, double p = 2, std::int64_t axis = -1, double epsilon = 1e-12);

}  // namespace luge
