// Guards inside a graph.
#pragma once

#include <string>

#include "luge/tensor.h"

namespace luge {

/// x itself, floating. While running, a NaN or an infinity in it throws NonFiniteError naming `label`, before
/// the program writes any Variable: a compiled step that fails so can be examined and run again. Source:
/// TensorFlow debugging.check_numerics.
Tensor check_finite(const Tensor& x, std::string label = "");

}  // namespace luge
