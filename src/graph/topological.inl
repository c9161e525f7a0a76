#pragma once
#include <algorithm>

#include "graph/node_map.h"

namespace luge {

// Sequence numbers grow from inputs to users, so sorting what was reached gives a topological order. Nothing is
// marked inside nodes: two threads may walk the same graph.
template <class Stop>
std::vector<Node*> topological(std::span<const Tensor> roots, Stop stop) {
  std::vector<Node*> found;
  std::vector<Node*> stack;
  NodeMap seen(64);
  const auto reach = [&](Node* node) {
    if (seen.insert(node, 0)) stack.push_back(node);
  };
  for (const Tensor& root : roots) {
    if (root.defined()) reach(root.node());
  }
  while (!stack.empty()) {
    Node* node = stack.back();
    stack.pop_back();
    found.push_back(node);
    if (stop(node)) continue;
    for (const Edge& edge : node->inputs) reach(edge.node);
  }
  std::sort(found.begin(), found.end(), [](const Node* a, const Node* b) { return a->sequence < b->sequence; });
  return found;
}

}  // namespace luge
