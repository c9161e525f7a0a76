// NodeMap: node → number, for fast walks over nodes. Open addressing; clearing is fast.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace luge {

struct Node;

class NodeMap {
 public:
  explicit NodeMap(std::size_t expected = 512) : cells_(std::bit_ceil(2 * expected)) {}
  void clear() {
    ++round_;
    size_ = 0;
  }
  /// The node's number, or -1.
  int find(const Node* node) const {
    for (std::size_t i = slot_of(node);; i = (i + 1) & (cells_.size() - 1)) {
      if (cells_[i].round != round_) return -1;
      if (cells_[i].node == node) return cells_[i].number;
    }
  }
  /// Adds the node; false when it was there.
  bool insert(const Node* node, int number) {
    if (2 * (size_ + 1) > cells_.size()) grow();
    for (std::size_t i = slot_of(node);; i = (i + 1) & (cells_.size() - 1)) {
      if (cells_[i].round != round_) {
        cells_[i] = {node, round_, number};
        ++size_;
        return true;
      }
      if (cells_[i].node == node) return false;
    }
  }
  void set(const Node* node, int number) {
    std::size_t i = slot_of(node);
    while (cells_[i].node != node || cells_[i].round != round_) i = (i + 1) & (cells_.size() - 1);
    cells_[i].number = number;
  }

 private:
  struct Cell {
    const Node* node = nullptr;
    std::uint32_t round = 0;
    int number = 0;
  };
  std::size_t slot_of(const Node* node) const {
    return (reinterpret_cast<std::uintptr_t>(node) >> 4) * 0x9e3779b97f4a7c15ull >> 20 & (cells_.size() - 1);
  }
  void grow() {
    std::vector<Cell> old(cells_.size() * 2);
    old.swap(cells_);
    size_ = 0;
    for (const Cell& cell : old) {
      if (cell.round == round_) insert(cell.node, cell.number);
    }
  }

  std::vector<Cell> cells_;
  std::size_t size_ = 0;
  std::uint32_t round_ = 1;
};

}  // namespace luge
