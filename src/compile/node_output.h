// One output of a node as a key.
#pragma once

#include <functional>
#include <unordered_map>
#include <utility>

namespace luge {
struct Node;
}

namespace luge::compiler {

using NodeOutput = std::pair<const Node*, int>;

struct NodeOutputHash {
  std::size_t operator()(const NodeOutput& output) const {
    return std::hash<const void*>()(output.first) * 31 + static_cast<std::size_t>(output.second);
  }
};

template <class Value>
using OutputMap = std::unordered_map<NodeOutput, Value, NodeOutputHash>;

}  // namespace luge::compiler
