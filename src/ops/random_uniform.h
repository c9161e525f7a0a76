#pragma once
#include "luge/tensor.h"

namespace luge {

/// Uniform numbers in [0,1) from a key, of the shape and dtype of `like`, whose elements are not read.
Tensor random_uniform(const Tensor& key, const Tensor& like);

}  // namespace luge
