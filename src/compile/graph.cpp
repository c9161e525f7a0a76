#include "compile/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "compile/edge.h"
#include "graph/scopes.h"

namespace luge::compiler {
namespace {

using NodeMap = std::unordered_map<const Node*, Tensors>;

// The nodes that compute `roots`, inputs first; edges for which `known` holds are not followed.
template <class Known>
std::vector<Node*> nodes_between(std::span<const Tensor> roots, Known known) {
  std::vector<Node*> found;
  std::unordered_set<const Node*> seen;
  const auto reach = [&](Node* node, int out) {
    if (!known(node, out) && seen.insert(node).second) found.push_back(node);
  };
  for (const Tensor& root : roots) {
    if (root.defined()) reach(root.node(), root.output());
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const Edge& edge : found[i]->inputs) reach(edge.node, edge.out);
  }
  std::sort(found.begin(), found.end(),
            [](const Node* a, const Node* b) { return a->sequence < b->sequence; });
  return found;
}

Tensor copy_of_leaf(const Tensor& leaf, const Type& type) {
  const Node& node = *leaf.node();
  if (node.leaf == Leaf::key) return key_leaf(node.words[0], node.words[1]);
  if (node.leaf == Leaf::read) return read_leaf(nullptr, type, false, Tensor());
  Tensor copy = argument_leaf(type, node.label, false);
  if (node.leaf == Leaf::scalar) {
    copy.node()->leaf = Leaf::scalar;
    std::copy(std::begin(node.words), std::end(node.words), std::begin(copy.node()->words));
  }
  return copy;
}

class Specializer {
 public:
  Specializer(std::span<const Tensor> leaves, std::span<const Type> types) {
    for (std::size_t k = 0; k < leaves.size(); ++k) {
      copies_.push_back(copy_of_leaf(leaves[k], types[k]));
      bound_[leaves[k].node()].emplace_back(leaves[k].output(), copies_.back());
    }
  }

  Tensors& copies() { return copies_; }

  Tensors run(std::span<const Tensor> roots) {
    // An input whose type is all that counts, and is known, is not walked: eager graphs cut there.
    std::vector<Node*> order;
    std::unordered_set<const Node*> seen;
    const auto reach = [&](Node* node, int out) {
      if (!bound(node, out) && seen.insert(node).second) order.push_back(node);
    };
    for (const Tensor& root : roots) reach(root.node(), root.output());
    for (std::size_t i = 0; i < order.size(); ++i) {
      const Node& node = *order[i];
      for (std::size_t k = 0; k < node.inputs.size(); ++k) {
        const Edge& edge = node.inputs[k];
        if (!typed_already(node, k)) reach(edge.node, edge.out);
      }
    }
    std::sort(order.begin(), order.end(),
              [](const Node* a, const Node* b) { return a->sequence < b->sequence; });
    for (Node* node : order) made_[node] = again(*node);
    Tensors result;
    for (const Tensor& root : roots) result.push_back(value(root.node(), root.output()));
    return result;
  }

 private:
  const Tensor* bound(const Node* node, int out) const {
    const auto found = bound_.find(node);
    if (found == bound_.end()) return nullptr;
    for (const auto& [output, copy] : found->second) {
      if (output == out) return &copy;
    }
    return nullptr;
  }

  bool typed_already(const Node& node, std::size_t k) const {
    if (node.leaf != Leaf::none || !node.op->traits().is_type_only(k)) return false;
    const Edge& edge = node.inputs[k];
    return !bound(edge.node, edge.out) && type_of(edge).shape.known();
  }

  Tensor value(const Node* node, int out) {
    if (const Tensor* copy = bound(node, out)) return *copy;
    return made_.at(node)[static_cast<std::size_t>(out)];
  }

  Tensor typed(const Type& type) {
    for (const Tensor& leaf : typed_) {
      if (type_of(leaf) == type) return leaf;
    }
    return typed_.emplace_back(typed_leaf(type));
  }

  Tensors again(Node& node) {
    if (node.leaf == Leaf::read && !node.inputs.empty())
      return {value(node.inputs[0].node, node.inputs[0].out)};
    if (node.leaf == Leaf::typed) return {typed(node.outputs[0].type)};
    if (node.leaf == Leaf::data && node.outputs[0].value)
      return {data_leaf(node.outputs[0].value, node.outputs[0].type)};
    if (node.leaf != Leaf::none || node.cut) {
      throw GraphError(fmt::format("a value of type {} is needed that is neither computed nor bound{}{}",
                                   node.outputs[0].type.to_string(), node.label.empty() ? "" : ": ",
                                   node.label));
    }
    Tensors inputs;
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      const Edge& edge = node.inputs[k];
      if (typed_already(node, k)) {
        inputs.push_back(typed(type_of(edge)));
      } else {
        const Tensor input = value(edge.node, edge.out);
        inputs.push_back(node.op->traits().is_type_only(k) ? typed(type_of(input)) : input);
      }
    }
    const InScope scope(node);
    return replace(node, node.op, inputs);
  }

  Tensors copies_;
  std::unordered_map<const Node*, std::vector<std::pair<int, Tensor>>> bound_;
  NodeMap made_;
  Tensors typed_;
};

}  // namespace

Tensors rebuild(Node& node, const Tensors& inputs) {
  Tensors wanted = inputs;
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    if (node.op->traits().is_type_only(k) && wanted[k].node()->leaf != Leaf::typed)
      wanted[k] = typed_leaf(type_of(wanted[k]));
  }
  const InScope scope(node);
  return replace(node, node.op, wanted);
}

Tensors replace(const Node& node, OpRef op, const Tensors& inputs) {
  Tensors outputs = make_node(std::move(op), inputs);
  outputs[0].node()->barrier = node.barrier;
  return outputs;
}

Tensors rewrite_between(const Tensors& roots, const Tensors& inputs, const Rewrite& map) {
  const Building building;
  const auto is_input = [&](const Node* node, int out) {
    return std::any_of(inputs.begin(), inputs.end(),
                       [&](const Tensor& input) { return input.node() == node && input.output() == out; });
  };
  NodeMap made;
  const auto value = [&](Node* node, int out) {
    if (is_input(node, out)) return Tensor(node, out);
    return made.at(node)[static_cast<std::size_t>(out)];
  };
  for (Node* node : nodes_between(roots, is_input)) {
    if (node->leaf != Leaf::none) {
      made[node] = {output_of(*node, 0)};
      continue;
    }
    Tensors operands;
    for (const Edge& edge : node->inputs) operands.push_back(value(edge.node, edge.out));
    const InScope scope(*node);
    made[node] = map(*node, operands);
  }
  Tensors result;
  for (const Tensor& root : roots)
    result.push_back(root.defined() ? value(root.node(), root.output()) : Tensor());
  return result;
}

Graph rewrite(const Graph& graph, const Rewrite& map) {
  return {graph.leaves, rewrite_between(graph.roots, {}, map), graph.replaces};
}

Graph specialize(std::span<const Tensor> roots, std::span<const Tensor> leaves, std::span<const Type> types,
                 std::vector<int> replaces) {
  const Building building;
  Specializer specializer(leaves, types);
  Tensors specialized = specializer.run(roots);
  return {std::move(specializer.copies()), std::move(specialized), std::move(replaces)};
}

}  // namespace luge::compiler
