// Random noise of networks in training, besides dropout: elements, channels or whole samples are dropped or
// disturbed.
/// @file
/// Each function draws new numbers at each call, and always; the layers of luge/nn/noise.h do so only in
/// train mode. x must be floating, otherwise DTypeError. 16-bit tensors are drawn in float32. The expected
/// value of each result is x. A rate outside the given range throws ValueError.
#pragma once

#include "luge/tensor.h"

namespace luge {

/// Returns x [N,C,…] with whole channels set to 0 with probability `rate`, in [0, 1], and divided by 1 - rate
/// otherwise. Throws ShapeError for an input without channels. Source: Tompson et al. 2015, PyTorch
/// functional.dropout2d.
Tensor spatial_dropout(const Tensor& x, double rate);
/// Returns x [N,…] with whole samples set to 0 with probability `rate`, in [0, 1], and divided by 1 - rate
/// otherwise: stochastic depth for a branch that is added to a shortcut. Throws ShapeError for rank 0.
/// Source: Huang et al. 2016, torchvision stochastic_depth in mode row.
Tensor drop_path(const Tensor& x, double rate);
/// Returns x times normal numbers of mean 1 and variance rate/(1 - rate), for a rate in [0, 1). Source:
/// Srivastava et al. 2014, Keras GaussianDropout.
Tensor gaussian_dropout(const Tensor& x, double rate);
/// Returns x plus normal numbers of mean 0 and this standard deviation. Throws ValueError for a deviation
/// below 0. Source: Keras GaussianNoise.
Tensor gaussian_noise(const Tensor& x, double deviation);
/// Returns x with elements replaced by the limit of selu, -1.758, with probability `rate`, in [0, 1), and all
/// elements scaled and shifted so that mean 0 and variance 1 stay. Source: Klambauer et al. 2017, PyTorch
/// functional.alpha_dropout.
Tensor alpha_dropout(const Tensor& x, double rate);

}  // namespace luge
