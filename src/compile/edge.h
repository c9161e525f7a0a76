// An output of a node as others see it: its type, and as a key of maps.
#pragma once

#include <functional>
#include <unordered_map>
#include <utility>

#include "core/index.h"
#include "graph/node.h"

namespace luge::compiler {

inline const Type& type_of(const Edge& edge) { return edge.node->outputs[at(edge.out)].type; }
inline const Type& type_of(const Tensor& tensor) { return tensor.node()->outputs[at(tensor.output())].type; }

inline bool same(const Edge& a, const Edge& b) { return a.node == b.node && a.out == b.out; }

/// Bytes of a value's elements, without what a layout adds.
inline std::size_t bytes_of(const Type& type) {
  return static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype);
}

using NodeOutput = std::pair<const Node*, int>;

struct NodeOutputHash {
  std::size_t operator()(const NodeOutput& output) const {
    return std::hash<const void*>()(output.first) * 31 + static_cast<std::size_t>(output.second);
  }
};

template <class Value>
using OutputMap = std::unordered_map<NodeOutput, Value, NodeOutputHash>;

}  // namespace luge::compiler
