// Reverse-mode differentiation: grad only adds nodes to the graph, so its results can be differentiated too.
#pragma once

#include <functional>
#include <span>

#include "luge/named_tensors.h"
#include "luge/tensor.h"
#include "luge/variable.h"

namespace luge {

/// Options of grad.
struct GradOptions {
  /// The gradient with respect to the root itself, of the root's shape and dtype. It is needed when the root
  /// has more than one element; otherwise it is 1.
  Tensor seed = {};
  /// What happens for a target that the root does not depend on. True: its gradient is zeros. False: grad
  /// throws GraphError naming it.
  bool allow_unused = false;
};

/// Returns the gradients of `root` with respect to each target, in the shapes and dtypes of the targets.
/// Throws GraphError when the root has more than one element and there is no seed, when it does not depend on
/// a target, and when the part of the graph between them was released by an evaluation. Throws DTypeError
/// when the root or a target is not floating or the seed has another dtype than the root, and ShapeError when
/// the seed has another shape.
///
///     Tensors g = grad(mean(square(matmul(x, w) - y)), {w});
Tensors grad(const Tensor& root, std::span<const Tensor> targets, const GradOptions& options = {});
/// Returns the gradients with respect to the current values of Variables. Throws ValueError for an empty list
/// and GraphError for a Variable that was assigned after the root was computed; otherwise as above.
Tensors grad(const Tensor& root, const std::vector<Variable>& targets, const GradOptions& options = {});
/// Returns the gradients with respect to tensors in a list in braces. Throws the same errors.
Tensors grad(const Tensor& root, std::initializer_list<Tensor> targets, const GradOptions& options = {});
/// Returns the gradients with respect to tensors with names, under the same names. Throws the same errors,
/// which name the target.
///
///     NamedTensors g = grad(loss, NamedTensors{{"weight", w}, {"bias", b}});
NamedTensors grad(const Tensor& root, const NamedTensors& targets, const GradOptions& options = {});
/// Returns the gradient with respect to one tensor. Throws the same errors.
Tensor grad(const Tensor& root, const Tensor& target, const GradOptions& options = {});
/// Returns the gradient with respect to the current value of one Variable. Throws the same errors.
Tensor grad(const Tensor& root, const Variable& target, const GradOptions& options = {});

/// Returns function(inputs) and saves memory in the backward pass: the values inside the function are not
/// kept, they are computed again when gradients need them. The gradients are the same. Source: PyTorch
/// utils.checkpoint.
Tensors checkpoint(const std::function<Tensors(const Tensors&)>& function, const Tensors& inputs);

/// A backward pass: from the inputs, the outputs and the gradients of the outputs to the gradients of the
/// inputs, one for each input. An empty Tensor means that an input has no gradient.
using GradientFunction = std::function<Tensors(const Tensors&, const Tensors&, const Tensors&)>;
/// Returns forward(inputs), with `backward` in place of the gradient of `forward`. The gradient of an output
/// that is not used is zeros. Source: PyTorch autograd.Function.
Tensors custom_gradient(const std::function<Tensors(const Tensors&)>& forward,
                        const GradientFunction& backward, const Tensors& inputs);

}  // namespace luge
