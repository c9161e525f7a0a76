// Subgraph: what one evaluation has to compute, and the key under which its Program is cached.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/node.h"
#include "runtime/node_map.h"

namespace luge {

/// A read node whose value was assigned but not evaluated, and the output that will be its value.
struct PendingRead {
  Node* read;
  Edge source;
};

struct Root {
  Edge edge;
  int replaces = -1;  // the leaf whose state this is the next value of
};

class Subgraph {
 public:
  /// Finds all that must run for the roots; leaves are what is in memory already and what is bound at each run.
  /// Throws GraphError for a placeholder that is not fed when `open` is false; `open` subgraphs (traces, sessions) may
  /// end in placeholders and unbound reads.
  void find(std::span<const Edge> roots, bool open);
  /// Adds a root (an output of a computed node or a leaf); the same one twice is one root.
  int add_root(Edge edge, int replaces = -1);
  /// Writes the key: structure, leaf kinds and types, roots, states replaced.
  void write_key(std::vector<std::uint64_t>& words, std::vector<OpRef>& ops) const;

  std::vector<Node*> nodes;            // to compute, inputs before users
  std::vector<Edge> leaves;            // in order of first use
  std::vector<Root> roots;
  std::vector<PendingRead> pending_reads;

  bool computes(const Node* node) const { return numbers_.find(node) >= 0; }
  int number(const Node* node) const { return numbers_.find(node); }
  int leaf_number(Edge edge) const;

  /// Follows reads of unevaluated assignments to what was assigned.
  static Edge resolve(Edge edge);

 private:
  void reach(Edge edge, bool open);
  void add_leaf(Edge edge);

  NodeMap numbers_;       // computed nodes
  NodeMap leaf_numbers_;  // first leaf that is an output of the node
  std::vector<Node*> stack_;
};

}  // namespace luge
