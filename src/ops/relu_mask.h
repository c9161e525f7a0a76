#pragma once

#include "luge/tensor.h"

namespace luge {

/// g where y > 0, else 0: relu's gradient in one instruction, from relu's output.
Tensor relu_mask(const Tensor& g, const Tensor& y);

}  // namespace luge
