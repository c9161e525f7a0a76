#include <fmt/format.h>

#include <mutex>

#include "autodiff/backward.h"
#include "graph/trace.h"
#include "luge/autodiff.h"
#include "luge/ops/shape.h"

namespace luge {
namespace {

std::string describe(const Tensor& tensor) { return Type{tensor.dtype(), tensor.shape()}.to_string(); }

Tensor seed_for(const Tensor& root, const GradOptions& options) {
  if (!is_floating(root.dtype())) {
    throw DTypeError(
        fmt::format("grad: the root is {}; only floating tensors have gradients", describe(root)));
  }
  if (!options.seed.defined()) {
    if (root.rank() != 0 && !(root.shape().known() && root.elements() == 1)) {
      throw GraphError(fmt::format(
          "grad: the root has shape {}; reduce it to a scalar (mean, sum) or give a seed of that shape",
          root.shape().to_string()));
    }
    return ones_like(root);
  }
  if (options.seed.dtype() != root.dtype()) {
    throw DTypeError(fmt::format("grad: the seed is {}, the root {}; cast the seed first",
                                 describe(options.seed), describe(root)));
  }
  if (!(options.seed.shape() == root.shape())) {
    throw ShapeError(fmt::format("grad: the seed is {}, the root {}; they must agree", describe(options.seed),
                                 describe(root)));
  }
  return options.seed;
}

// The error for a target that no gradient reaches, with the most likely reason.
[[noreturn]] void fail_unreached(const Tensor& root, const Tensor& target, const std::string& who,
                                 bool met_cut) {
  const Node* node = target.node();
  std::string what = fmt::format("{} ({})", who, describe(target));
  if (node->leaf == Leaf::read) {
    if (const auto slot = node->slot.lock()) {
      what = fmt::format("Variable '{}'", slot->name);
      const Tensor roots[] = {root};
      for (const Node* each : topological(roots)) {
        if (each != node && each->leaf == Leaf::read && each->slot.lock() == slot) {
          throw GraphError(fmt::format(
              "grad: {} was assigned after the root was computed, so the root depends on its earlier value; "
              "call grad before assigning",
              what));
        }
      }
    }
  }
  if (met_cut) {
    throw GraphError(fmt::format(
        "grad: no path from the root to {} is left; part of the graph was released when it was evaluated; "
        "compute grad before reading values, or use a Variable for what needs gradients",
        what));
  }
  throw GraphError(
      fmt::format("grad: the root does not depend on {}; pass allow_unused = true for zeros", what));
}

/// `who` says which target an error is about.
Tensors gradients(const Tensor& root, std::span<const Tensor> targets, const GradOptions& options,
                  const std::function<std::string(std::size_t)>& who) {
  const std::lock_guard lock(engine_mutex());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (!is_floating(targets[i].dtype())) {
      throw DTypeError(
          fmt::format("grad: {} is {}; only floating tensors have gradients", who(i), describe(targets[i])));
    }
  }
  const Building building;
  const Tensor roots[] = {root};
  const Tensor seeds[] = {seed_for(root, options)};
  autodiff::BackwardResult result = autodiff::backward(roots, seeds, targets, false);
  if (!current_trace()) remember_grad_root(root, targets);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (result.gradients[i].defined()) continue;
    if (!options.allow_unused || result.met_cut) fail_unreached(root, targets[i], who(i), result.met_cut);
    result.gradients[i] = zeros_like(targets[i]);
  }
  return std::move(result.gradients);
}

}  // namespace

Tensors grad(const Tensor& root, std::span<const Tensor> targets, const GradOptions& options) {
  return gradients(root, targets, options, [](std::size_t i) { return fmt::format("target {}", i); });
}

NamedTensors grad(const Tensor& root, const NamedTensors& targets, const GradOptions& options) {
  const std::vector<std::string> names = targets.names();
  const Tensors values = targets.values();
  return {names, gradients(root, values, options,
                           [&](std::size_t i) { return fmt::format("target '{}'", names[i]); })};
}

Tensors grad(const Tensor& root, const std::vector<Variable>& targets, const GradOptions& options) {
  if (targets.empty())
    throw ValueError("grad: the list of Variables is empty; nothing to differentiate with respect to");
  Tensors reads;
  for (const Variable& variable : targets) reads.push_back(variable.value());
  return grad(root, reads, options);
}

Tensors grad(const Tensor& root, std::initializer_list<Tensor> targets, const GradOptions& options) {
  return grad(root, std::span(targets.begin(), targets.size()), options);
}

Tensor grad(const Tensor& root, const Tensor& target, const GradOptions& options) {
  return grad(root, std::span(&target, 1), options)[0];
}

Tensor grad(const Tensor& root, const Variable& target, const GradOptions& options) {
  return grad(root, target.value(), options);
}

}  // namespace luge
