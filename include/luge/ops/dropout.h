// Dropout: random elements become 0.
#pragma once

#include "luge/tensor.h"

namespace luge {

/// Returns x with each element set to 0 with probability `rate` and divided by 1 - rate otherwise, so that
/// the expected value stays the same. It always drops elements; the layer nn::Dropout does so only in train
/// mode. x must be floating. Throws ValueError for a rate outside [0, 1]. Source: Srivastava et al. 2014,
/// PyTorch functional.dropout.
Tensor dropout(const Tensor& x, double rate);
/// Returns x with each element kept with probability keep_prob and divided by it, and set to 0 otherwise.
/// keep_prob is a rank-0 tensor, such as a placeholder that is fed; it has the dtype of x, or float32 when x
/// has 16 bits. Source: TensorFlow 1 nn.dropout.
Tensor dropout(const Tensor& x, const Tensor& keep_prob);

}  // namespace luge
