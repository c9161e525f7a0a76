// FallingReferences: how many references a node would have left if others release their inputs, without
// releasing: what is decided by the counts is decided before a run that may fail.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/node.h"
#include "graph/node_map.h"

namespace luge {

class FallingReferences {
 public:
  void clear() {
    numbers_.clear();
    lost_.clear();
    dead_.clear();
  }
  /// Counts what falls away when this node releases its inputs, and what dies of that releases its own.
  /// To be called once for each node.
  void let_go(const Node* node) {
    lose_inputs(node);
    while (!dead_.empty()) {
      const Node* dead = dead_.back();
      dead_.pop_back();
      lose_inputs(dead);
    }
  }
  std::uint32_t left(const Node* node) const {
    const int at = lost_.empty() ? -1 : numbers_.find(node);
    return node->refs.load(std::memory_order_relaxed) - (at < 0 ? 0 : lost_[static_cast<std::size_t>(at)]);
  }

 private:
  void lose_inputs(const Node* node) {
    for (const Edge& edge : node->inputs) {
      if (numbers_.insert(edge.node, static_cast<int>(lost_.size()))) lost_.push_back(0);
      ++lost_[static_cast<std::size_t>(numbers_.find(edge.node))];
      if (left(edge.node) == 0) dead_.push_back(edge.node);
    }
  }

  NodeMap numbers_;
  std::vector<std::uint32_t> lost_;
  std::vector<const Node*> dead_;
};

}  // namespace luge
