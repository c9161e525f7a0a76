// Reverse-mode differentiation: grad adds nodes to the graph and nothing else, so its results differentiate
// again.
#pragma once

#include <functional>
#include <span>

#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge {

struct GradOptions {
  /// Gradient of the root itself; needed when the root is not a scalar. Same shape and dtype as the root.
  Tensor seed = {};
  /// What to give for a target the root does not depend on: an error naming it, or zeros.
  bool allow_unused = false;
};

/// d root / d each target. For a Variable the gradient is with respect to its current version's read.
/// Throws GraphError (non-scalar root without seed, no path, a path through nodes already let go) and
/// DTypeError (integer tensors have no gradient).
Tensors grad(const Tensor& root, std::span<const Tensor> targets, const GradOptions& options = {});
Tensors grad(const Tensor& root, const std::vector<Variable>& targets, const GradOptions& options = {});
Tensors grad(const Tensor& root, std::initializer_list<Tensor> targets, const GradOptions& options = {});
Tensor grad(const Tensor& root, const Tensor& target, const GradOptions& options = {});
Tensor grad(const Tensor& root, const Variable& target, const GradOptions& options = {});

/// Runs `function`, whose intermediate values the backward pass computes again instead of keeping.
Tensors checkpoint(const std::function<Tensors(const Tensors&)>& function, const Tensors& inputs);

/// Values of `forward`, gradients of `backward(inputs, outputs, output gradients)`, one per input (empty =
/// none).
using GradientFunction = std::function<Tensors(const Tensors&, const Tensors&, const Tensors&)>;
Tensors custom_gradient(const std::function<Tensors(const Tensors&)>& forward,
                        const GradientFunction& backward, const Tensors& inputs);

}  // namespace luge
