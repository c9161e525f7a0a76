// Graph: what the passes work on. Its leaves are nodes of its own with known shapes, so it shares nothing
// with the handles a person holds; each pass gives a new one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "graph/node.h"

namespace luge::compiler {

struct Graph {
  Tensors leaves;             // by position: values bound at each run (argument, scalar, key, read nodes)
  Tensors roots;              // what must be computed
  std::vector<int> replaces;  // per root: the leaf whose state it is the next value of, or -1
};

/// Rebuilds what the roots reach: `map(node, new inputs)` gives the new outputs. Leaves stay as they are.
using Rewrite = std::function<Tensors(Node& node, const Tensors& inputs)>;
Graph rewrite(const Graph& graph, const Rewrite& map);

/// The same op on new inputs. Always a new node, so that a graph that was rewritten is numbered in the old
/// order and what a backward pass computes again stays after the forward pass. Inputs used only for their
/// type become typed leaves, so that they keep nothing alive.
Tensors rebuild(Node& node, const Tensors& inputs);

/// Another op instead of the node, on the inputs as they are.
Tensors replace(const Node& node, OpRef op, const Tensors& inputs);

/// Runs `map` over what lies between `inputs` and `roots` (an expansion of one node) and gives the new roots.
Tensors rewrite_between(const Tensors& roots, const Tensors& inputs, const Rewrite& map);

/// The graph with concrete leaf types: every node inferred again, inputs used only for their type replaced by
/// typed leaves. `leaves[k]` becomes leaf k of the result; elements that are part of the graph (Leaf::data)
/// and are not among the leaves stay in it as constants. Throws GraphError for any other value that is
/// neither computed nor bound.
Graph specialize(std::span<const Tensor> roots, std::span<const Tensor> leaves, std::span<const Type> types,
                 std::vector<int> replaces);

/// Throws GraphError when an input comes after its user, a type differs from what infer says, a root is
/// empty, or a leaf is reached that nothing binds.
void verify(const Graph& graph);

std::string to_text(const Graph& graph);
std::string to_dot(const Graph& graph);

}  // namespace luge::compiler
