// Who reads what in a graph, for passes that combine a node with its only reader.
#pragma once

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <vector>

#include "compile/graph.h"

namespace luge::compiler {

/// How often each output is read, by nodes and as a root, and by whom.
class Readers {
 public:
  explicit Readers(const Graph& graph) {
    for (const Tensor& root : graph.roots) read(root.node(), root.output(), nullptr);
    for (Node* node : topological(graph.roots)) {
      for (const Edge& edge : node->inputs) read(edge.node, edge.out, node);
    }
  }

  /// Are all outputs of the node together read once?
  bool only_one(const Node& node) const {
    const std::vector<Reads>& outputs = reads_.at(&node);
    return std::accumulate(outputs.begin(), outputs.end(), 0,
                           [](int sum, const Reads& reads) { return sum + reads.count; }) == 1;
  }
  /// The node that alone reads this output; null when a root does, or several do.
  Node* only_reader(const Node& node, int out) const {
    const auto found = reads_.find(&node);
    if (found == reads_.end()) return nullptr;
    const Reads& reads = found->second[static_cast<std::size_t>(out)];
    return reads.count == 1 ? reads.last : nullptr;
  }
  /// Which outputs of the node are read.
  std::vector<bool> used(const Node& node) const {
    std::vector<bool> used;
    for (const Reads& reads : reads_.at(&node)) used.push_back(reads.count > 0);
    return used;
  }

 private:
  struct Reads {
    int count = 0;
    Node* last = nullptr;  // null: a root
  };
  void read(const Node* node, int out, Node* reader) {
    std::vector<Reads>& outputs = reads_[node];
    outputs.resize(node->outputs.size());
    Reads& reads = outputs[static_cast<std::size_t>(out)];
    ++reads.count;
    reads.last = reader;
  }

  std::unordered_map<const Node*, std::vector<Reads>> reads_;
};

/// Does a run of the graph change state?
inline bool writes_state(const Graph& graph) {
  return std::any_of(graph.replaces.begin(), graph.replaces.end(), [](int leaf) { return leaf >= 0; });
}

}  // namespace luge::compiler
