// relu and leaky_relu as one kind of op: both keep what is above 0 and multiply the rest by a slope.
#pragma once

#include <optional>

#include "graph/node.h"
#include "ops/attributes/leaky_relu.h"

namespace luge::compiler {

inline std::optional<double> slope_of(const Node& node, Instruction plain, Role role) {
  if (node.leaf != Leaf::none) return std::nullopt;
  if (node.op->instruction() == plain) return 0.0;
  const auto* attributes = node.op->attributes<LeakyReluAttributes>();
  if (!attributes || node.op->traits().role != role || attributes->slope == 0) return std::nullopt;
  return attributes->slope;
}

/// The slope below 0 of relu and leaky_relu; empty for other ops.
inline std::optional<double> rectifier_slope(const Node& node) {
  return slope_of(node, Instruction::relu, Role::forward);
}
/// The same of what masks their gradients.
inline std::optional<double> mask_slope(const Node& node) {
  return slope_of(node, Instruction::relu_mask, Role::backward);
}

}  // namespace luge::compiler
