#pragma once
#include <string_view>

#include "graph/type.h"
#include "luge/tensor.h"

namespace luge {

/// Throws ShapeError unless this is the type of a random key.
void check_key(std::string_view op, const Type& key);

/// Uniform numbers in [0,1) from a key, of the shape and dtype of `like`, whose elements are not read.
Tensor random_uniform(const Tensor& key, const Tensor& like);

}  // namespace luge
