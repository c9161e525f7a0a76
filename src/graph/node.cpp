// Looking at a graph: walks over it, and handles of a node's inputs and outputs.
#include "graph/node.h"

namespace luge {

std::recursive_mutex& engine_mutex() {
  static std::recursive_mutex& mutex = *new std::recursive_mutex;
  return mutex;
}

std::vector<Node*> topological(std::span<const Tensor> roots) {
  return topological(roots, [](const Node*) { return false; });
}

Tensor input_of(const Node& node, std::size_t k) { return Tensor(node.inputs[k].node, node.inputs[k].out); }
Tensor output_of(Node& node, std::size_t k) { return Tensor(&node, static_cast<int>(k)); }

Types input_types(const Node& node) {
  Types types;
  for (const Edge& edge : node.inputs)
    types.push_back(edge.node->outputs[static_cast<std::size_t>(edge.out)].type);
  return types;
}

}  // namespace luge
