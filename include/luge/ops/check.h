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

/// A step that an optimizer is about to take.
struct StepToGuard {
  Tensor rate;       // scalar f64
  Tensors values;    // what the steps are added to, one for each gradient
  Tensors sums;      // what the gradients themselves are added to (momentum), one each or none
  double times = 1;  // that a gradient is added to its sum
  double limit = 0;  // of a gradient's elements, which are clipped to it before the step; 0: none
};
/// The same for gradients and the step along them: throws NonFiniteError also where values or sums would
/// leave the numbers that their dtype holds.
Tensor guard_step(const Tensor& x, const Tensors& gradients, const std::vector<std::string>& labels,
                  const StepToGuard& step);

}  // namespace luge
