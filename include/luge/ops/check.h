// Guards inside a graph.
#pragma once

#include <string>
#include <vector>

#include "luge/tensor.h"

namespace luge {

/// Returns x, which must be floating. A NaN or an infinity in x throws NonFiniteError when the program runs;
/// the text names `label`, the value and its position. No Variable has changed then, so a compiled step can
/// be examined and run again. Source: TensorFlow debugging.check_numerics.
Tensor check_finite(const Tensor& x, std::string label = "");

/// Returns x, which may have any dtype. A NaN or an infinity in one of the `guarded` tensors, which must be
/// floating, throws NonFiniteError with its label when the program runs, before any Variable has changed.
/// With a rank-0 `factor`, an element whose product with the factor is not finite throws too. Throws
/// ValueError when the numbers of labels and guarded tensors differ.
Tensor guard_finite(const Tensor& x, const Tensors& guarded, const std::vector<std::string>& labels,
                    const Tensor& factor = {});

/// A step that an optimizer is about to take.
struct StepToGuard {
  Tensor rate;       ///< the learning rate, rank-0 f64
  Tensors values;    ///< what the steps are added to, one for each gradient
  Tensors sums;      ///< what the gradients are added to (momentum), one for each or none
  double times = 1;  ///< how many times a gradient is added to its sum
  double limit = 0;  ///< the value that gradients are clipped to before the step; 0: none
};
/// The same for gradients and the step along them: throws NonFiniteError also where values or sums would
/// leave the numbers that their dtype holds.
Tensor guard_step(const Tensor& x, const Tensors& gradients, const std::vector<std::string>& labels,
                  const StepToGuard& step);

}  // namespace luge
