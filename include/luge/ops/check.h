// Guards inside a graph.
#pragma once

#include <string>
#include <vector>

#include "luge/tensor.h"

namespace luge {

/// x itself, floating. While running, a NaN or an infinity in it throws NonFiniteError naming `label`, before
/// the program writes any Variable: a compiled step that fails so can be examined and run again. Source:
/// TensorFlow debugging.check_numerics.
Tensor check_finite(const Tensor& x, std::string label = "");

/// x itself, of any dtype. While running, a NaN or an infinity in one of the `guarded` tensors (floating)
/// throws NonFiniteError with its label, before the program writes any Variable; with a factor (scalar f64),
/// an element that is not finite times this as well. Throws ValueError for another number of labels.
Tensor guard_finite(const Tensor& x, const Tensors& guarded, const std::vector<std::string>& labels,
                    const Tensor& factor = {});

}  // namespace luge
