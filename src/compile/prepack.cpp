#include "compile/prepack.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "compile/edge.h"
#include "compile/readers.h"

namespace luge::compiler {
namespace {

class Splitter {
 public:
  explicit Splitter(const Graph& graph) : graph_(graph), nodes_(topological(graph.roots)) {
    for (const Tensor& leaf : graph.leaves) bound_.insert(leaf.node());
    for (const Node* node : nodes_) {
      if (is_fixed(*node)) fixed_.insert(node);
    }
  }

  std::optional<PrepackedParts> run() {
    for (const Tensor& root : graph_.roots) {
      if (fixed_.contains(root.node())) return std::nullopt;
    }
    for (Node* node : nodes_) {
      if (node->leaf != Leaf::none || fixed_.contains(node)) continue;
      for (const Edge& edge : node->inputs) reach(edge);
    }
    if (border_.empty()) return std::nullopt;
    PrepackedParts parts;
    parts.after.leaves = graph_.leaves;
    for (const Edge& edge : border_) {
      parts.before.roots.emplace_back(edge.node, edge.out);
      parts.before.replaces.push_back(-1);
      const Type& type = type_of(edge);
      const Tensor leaf = read_leaf(nullptr, type, false, Tensor());
      Tensors& given = given_[edge.node];
      given.resize(edge.node->outputs.size());
      given[static_cast<std::size_t>(edge.out)] = leaf;
      parts.after.leaves.push_back(leaf);
    }
    const std::vector<Node*> reached = topological(parts.before.roots);
    for (std::size_t k = 0; k < graph_.leaves.size(); ++k) {
      const Tensor& leaf = graph_.leaves[k];
      if (std::find(reached.begin(), reached.end(), leaf.node()) == reached.end()) continue;
      parts.before.leaves.push_back(leaf);
      parts.leaves.push_back(static_cast<int>(k));
    }
    const Graph rest =
        rewrite(graph_, [this](Node& node, const Tensors& inputs) { return rebuilt(node, inputs); });
    parts.after.roots = rest.roots;
    parts.after.replaces = graph_.replaces;
    return parts;
  }

 private:
  bool is_read(const Node* node) const { return node->leaf == Leaf::read && bound_.contains(node); }
  // A constant that the compiler brought along, or a type.
  bool is_neutral(const Node* node) const {
    return node->leaf == Leaf::typed || (node->leaf == Leaf::scalar && !bound_.contains(node));
  }

  // Depends on Variables and on nothing else.
  bool is_fixed(const Node& node) const {
    if (node.leaf != Leaf::none || node.barrier || node.op->traits().random || node.op->traits().can_fail)
      return false;
    bool reads = false;
    for (const Edge& edge : node.inputs) {
      const bool one = is_read(edge.node) || fixed_.contains(edge.node);
      if (!one && !is_neutral(edge.node)) return false;
      reads |= one;
    }
    return reads;
  }

  // A value that the rest reads: it crosses the border, or what it only rearranges does.
  void reach(const Edge& edge) {
    if (!fixed_.contains(edge.node)) return;
    if (edge.node->op->traits().alias) {
      behind_.insert(edge.node);
      return reach(edge.node->inputs[0]);
    }
    const bool known =
        std::any_of(border_.begin(), border_.end(), [&](const Edge& other) { return same(other, edge); });
    if (!known) border_.push_back(edge);
  }

  Tensors rebuilt(Node& node, const Tensors& inputs) const {
    if (const auto found = given_.find(&node); found != given_.end()) return found->second;
    if (fixed_.contains(&node) && !behind_.contains(&node)) return Tensors(node.outputs.size());
    return rebuild(node, inputs);
  }

  const Graph& graph_;
  std::vector<Node*> nodes_;
  std::unordered_set<const Node*> bound_, fixed_, behind_;
  std::vector<Edge> border_;
  std::unordered_map<const Node*, Tensors> given_;
};

}  // namespace

std::optional<PrepackedParts> prepack(const Graph& graph) {
  if (writes_state(graph)) return std::nullopt;
  const Building building;
  return Splitter(graph).run();
}

}  // namespace luge::compiler
