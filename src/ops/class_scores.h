// Scores of classes and their target, as the losses of classes take them.
#pragma once

#include <string_view>

#include "luge/ops/losses.h"

namespace luge {

/// Both in an accumulator's dtype; the target as a distribution over the classes.
struct ClassScores {
  Tensor scores, target;
  int axis;
  DType dtype;  // of the costs

  /// Throws what the public docstrings say; the texts begin with `op`.
  ClassScores(std::string_view op, const Tensor& scores, const Tensor& target,
              const CrossEntropyOptions& options);
  /// The sum over the classes, rounded.
  Tensor cost(const Tensor& each) const;
};

}  // namespace luge
