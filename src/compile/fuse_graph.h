// What fusion sees of a graph: which nodes can be part of a tile program, and who uses whom.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "graph/node.h"

namespace luge::compiler {

/// What a node is to a tile program.
enum class FuseKind : std::uint8_t { none, map, reduce, view, number };

/// What is as well computed twice as written and read once more.
bool is_cheap(const Node& node);

/// A graph as positions in topological order.
struct FuseGraph {
  struct User {
    int node;
    int input;
  };
  std::vector<Node*> nodes;  // ops, inputs before users
  std::vector<FuseKind> kinds;
  std::vector<std::vector<User>> users;  // of the first output; a fusible node has one
  std::vector<bool> is_root;
  std::vector<bool> needed;              // read by a step that is settled, or a root: it must be written
  std::vector<bool> guarded;             // a step that can fail depends on it
  std::vector<bool> overwrites;          // the new value of a state, and nothing that can fail depends on it
  std::vector<int> group;                // that computes it, or -1
  std::vector<std::vector<int>> groups;  // members of each

  /// `replaces` per root: the leaf that it is the new value of, or -1; empty: none.
  FuseGraph(std::span<const Tensor> leaves, std::span<const Tensor> roots,
            std::span<const int> replaces = {});
  /// Position of the op that makes an input, or -1 for a leaf.
  int position(const Edge& edge) const;
  /// Is it a number that no run binds, and that a double holds exactly?
  bool is_number(const Edge& edge) const;
  const Type& type(int node) const { return nodes[static_cast<std::size_t>(node)]->outputs[0].type; }

 private:
  void find_guarded();
  std::map<const Node*, int> positions_;
  std::set<const Node*> bound_;
};

}  // namespace luge::compiler
