// Who reads what in a graph, for passes that join a node with its only reader.
#pragma once

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "compile/graph.h"

namespace luge::compiler {

/// How often the outputs of a node are read, by nodes and as roots.
class Readers {
 public:
  explicit Readers(const Graph& graph) {
    for (const Tensor& root : graph.roots) ++counts_[root.node()];
    for (const Node* node : topological(graph.roots)) {
      for (const Edge& edge : node->inputs) ++counts_[edge.node];
    }
  }
  bool only_one(const Node& node) const { return counts_.at(&node) == 1; }

 private:
  std::unordered_map<const Node*, int> counts_;
};

/// Is this output `out` of an op of that name?
inline bool is_op(const Edge& edge, std::string_view name, int out) {
  return edge.node->leaf == Leaf::none && edge.out == out && edge.node->op->name() == name;
}

/// Does a run of the graph change state?
inline bool writes_state(const Graph& graph) {
  return std::any_of(graph.replaces.begin(), graph.replaces.end(), [](int leaf) { return leaf >= 0; });
}

}  // namespace luge::compiler
