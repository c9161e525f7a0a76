#include <fmt/format.h>

#include <unordered_set>

#include "compile/graph.h"

namespace luge::compiler {
namespace {

[[noreturn]] void broken(const Node& node, std::string_view rule, std::string_view expected,
                         std::string_view received) {
  throw GraphError(fmt::format("graph: {}: {}; expected {}, received {}",
                               node.op ? std::string(node.op->name()) : "leaf", rule, expected, received));
}

// Types, captured elements, and the numbers that decompositions bring along are not bound at a run.
bool stands_in_the_graph(const Node& leaf) {
  return leaf.leaf == Leaf::typed || leaf.leaf == Leaf::data || leaf.leaf == Leaf::scalar;
}

void check_inputs(const Node& node) {
  for (std::size_t k = 0; k < node.inputs.size(); ++k) {
    const Node& input = *node.inputs[k].node;
    if (input.sequence >= node.sequence)
      broken(node, "an input comes after its user", "inputs first", "a later one");
    const bool by_type = node.op->traits().is_type_only(k);
    if (input.leaf == Leaf::typed && !by_type) {
      broken(node, fmt::format("input {} is needed", k), "its elements", "only its type");
    }
    if (input.leaf != Leaf::typed && by_type) {
      broken(node, fmt::format("input {} is used only for its type", k), "a typed leaf",
             "a value that it keeps alive");
    }
  }
}

void check_types(const Node& node) {
  const Types inferred = node.op->infer(input_types(node));
  if (inferred.size() != node.outputs.size()) {
    broken(node, "number of outputs", std::to_string(inferred.size()), std::to_string(node.outputs.size()));
  }
  for (std::size_t k = 0; k < inferred.size(); ++k) {
    const Type& held = node.outputs[k].type;
    if (!(inferred[k] == held)) broken(node, "type of an output", inferred[k].to_string(), held.to_string());
    if (!held.shape.known()) broken(node, "a program has concrete shapes", "known extents", held.to_string());
  }
}

}  // namespace

void verify(const Graph& graph) {
  std::unordered_set<const Node*> bound;
  for (const Tensor& leaf : graph.leaves) bound.insert(leaf.node());
  for (const Tensor& root : graph.roots) {
    if (!root.defined()) throw GraphError("graph: a root is empty");
  }
  if (graph.replaces.size() != graph.roots.size()) {
    throw GraphError(
        fmt::format("graph: {} roots but {} state entries", graph.roots.size(), graph.replaces.size()));
  }
  for (const Node* node : topological(graph.roots)) {
    if (node->leaf == Leaf::none) {
      check_inputs(*node);
      check_types(*node);
    } else if (!stands_in_the_graph(*node) && !bound.contains(node)) {
      broken(*node, "every leaf is bound", "a leaf of the graph", "another one");
    }
  }
}

}  // namespace luge::compiler
