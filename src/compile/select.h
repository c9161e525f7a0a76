// Kernel and layout, chosen together for every node.
#pragma once

#include <unordered_map>
#include <vector>

#include "compile/graph.h"
#include "compile/kernel_choice.h"

namespace luge::compiler {

struct Selection {
  std::vector<LayoutId> leaves;                       // of each leaf of the graph: how it comes
  std::unordered_map<const Node*, StepChoice> nodes;  // of every op but the aliases, which run nothing
};

/// The layout that the chosen kernel wants of an input, and that in which it gives an output.
inline LayoutId wanted_by(const Choice& choice, std::size_t input) {
  return input < choice.offer.in_layouts.size() ? choice.offer.in_layouts[input] : public_layout;
}
inline LayoutId made_by(const Choice& choice, std::size_t output) {
  return output < choice.offer.out_layouts.size() ? choice.offer.out_layouts[output] : public_layout;
}

/// Does nothing run for it, because its result is its input's memory?
inline bool is_alias(const Node& node) { return node.op->traits().alias && node.outputs.size() == 1; }

/// Is a leaf on the host though the device has a memory of its own? Numbers and random keys are.
inline bool is_on_host(const Node& leaf, const Options& options) {
  return (leaf.leaf == Leaf::scalar || leaf.leaf == Leaf::key) && options.backend->fallback();
}

/// `order` holds the op nodes as they will run. What a node is asked for depends on the layouts its inputs
/// have by then: state comes in the layout in which its next value is written, other reads of Variables as
/// their first user wants them, everything else as it is public. Throws GraphError for an op without a kernel
/// that takes it.
Selection select(const Graph& graph, const std::vector<Node*>& order, const Options& options);

}  // namespace luge::compiler
