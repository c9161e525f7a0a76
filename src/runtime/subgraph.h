// Subgraph: what one evaluation has to compute, and the key under which its Program is cached.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph/node.h"
#include "graph/node_map.h"

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
  /// What may be at the ends of the graph.
  enum class Ends : std::uint8_t {
    values,   // eager: everything must be in memory; a placeholder is an error
    open,     // a trace: arguments and reads are bound at each call
    session,  // as open, and every read of a Variable is bound at each run, whatever value it has outside
  };
  /// Finds all that must run for the roots; leaves are what is in memory already and what is bound at each
  /// run. Throws GraphError for a placeholder or read without a value where `ends` forbids it.
  void find(std::span<const Edge> roots, Ends ends);
  void clear();
  /// Adds a root (an output of a computed node or a leaf); the same one twice is one root.
  int add_root(Edge edge, int replaces = -1);
  /// Writes the key: structure, leaf kinds and types, roots, states replaced.
  void write_key(std::vector<std::uint64_t>& words, std::vector<OpRef>& ops) const;

  std::vector<Node*> nodes;      // to compute, inputs before users
  std::vector<Edge> leaves;      // in order of first use
  std::vector<Type> leaf_types;  // of fed placeholders, a Session puts the types of what is fed here
  std::vector<Root> roots;
  std::vector<PendingRead> pending_reads;

  bool computes(const Node* node) const { return numbers_.find(node) >= 0; }
  int number(const Node* node) const { return numbers_.find(node); }
  int leaf_number(Edge edge) const;

  /// Follows reads of unevaluated assignments to what was assigned.
  Edge resolve(Edge edge) const;

 private:
  bool passes_on(const Node* node) const;
  bool skips(const Node& node, std::size_t k) const;
  void reach(Edge edge);
  void add_leaf(Edge edge);

  Ends ends_ = Ends::values;

  NodeMap numbers_;       // computed nodes
  NodeMap leaf_numbers_;  // first leaf that is an output of the node
  std::vector<Node*> stack_;
};

}  // namespace luge
