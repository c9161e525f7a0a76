// Graph: what the passes work on. Its leaves are argument nodes with known shapes, so it shares nothing with the
// handles a person holds; each pass gives a new one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "graph/node.h"

namespace luge::compiler {

struct Graph {
  Tensors leaves;              // by position: values bound at each run (argument, scalar, key nodes)
  Tensors roots;               // what must be computed
  std::vector<int> replaces;   // per root: the leaf whose state it is the next value of, or -1
};

/// Rebuilds what the roots reach: `map(node, new inputs)` gives the new outputs. Leaves stay as they are.
using Rewrite = std::function<Tensors(Node& node, const Tensors& inputs)>;
Graph rewrite(const Graph& graph, const Rewrite& map);

/// The graph with concrete leaf types: every node inferred again, inputs used only for their type replaced by typed
/// leaves. `leaves[k]` becomes leaf k of the result.
Graph specialize(std::span<const Tensor> roots, std::span<const Tensor> leaves, std::span<const Type> types,
                 std::vector<int> replaces);

/// Throws GraphError when an input comes after its user, a type differs from what infer says, or a root is empty.
void verify(const Graph& graph);

std::string to_text(const Graph& graph);
std::string to_dot(const Graph& graph);

}  // namespace luge::compiler
