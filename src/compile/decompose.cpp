// Expands an op into its decomposition when no candidate of the backend takes it; what remains has a kernel
// or a reference loop.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "compile/kernel_choice.h"
#include "compile/passes.h"
#include "graph/expand.h"

namespace luge::compiler {
namespace {

class Expander {
 public:
  Expander(const Graph& graph, const Options& options) : options_(options) {
    for (const Tensor& root : graph.roots) read(root.node(), root.output());
    for (const Node* node : topological(graph.roots)) {
      for (const Edge& edge : node->inputs) read(edge.node, edge.out);
    }
  }

  Tensors operator()(Node& node, const Tensors& inputs) {
    Tensors kept = rebuild(node, inputs);
    if (!node.op->decomposes() || node.op->instruction() != Instruction::none) return kept;
    Node& fresh = *kept[0].node();
    const std::vector<bool>& used = used_.at(&node);
    const Question question = question_of(fresh, used);
    if (choose(question, options_).offer.accepted()) return kept;
    Tensors operands;  // as the node holds them: typed where only the type counts
    for (std::size_t k = 0; k < fresh.inputs.size(); ++k) operands.push_back(input_of(fresh, k));
    const std::uint64_t before = latest_sequence();
    Tensors expansion = expand(*fresh.op, operands);
    for (std::size_t k = 0; k < expansion.size(); ++k) {
      if (!used[k]) expansion[k] = Tensor();
    }
    read_between(expansion, operands);
    expansions_.push_back(expansion);
    // As deep as decompositions nest, which the vocabulary bounds.
    return rewrite_between(expansion, operands, [&](Node& inner, const Tensors& on) {
      if (node.barrier && inner.sequence >= before) inner.barrier = true;
      return (*this)(inner, on);
    });
  }

 private:
  void read(const Node* node, int out) {
    std::vector<bool>& used = used_[node];
    used.resize(node->outputs.size());
    used[static_cast<std::size_t>(out)] = true;
  }

  // What the parts of an expansion read of each other: of none is more asked than that.
  void read_between(const Tensors& roots, const Tensors& operands) {
    std::vector<const Node*> open;
    std::unordered_set<const Node*> seen;
    const auto reach = [&](const Node* node, int out) {
      const auto is_operand = [&](const Tensor& t) { return t.node() == node && t.output() == out; };
      if (std::any_of(operands.begin(), operands.end(), is_operand)) return;
      read(node, out);
      if (seen.insert(node).second) open.push_back(node);
    };
    for (const Tensor& root : roots) {
      if (root.defined()) reach(root.node(), root.output());
    }
    while (!open.empty()) {
      const Node* node = open.back();
      open.pop_back();
      for (const Edge& edge : node->inputs) reach(edge.node, edge.out);
    }
  }

  const Options& options_;
  std::unordered_map<const Node*, std::vector<bool>> used_;
  std::vector<Tensors> expansions_;  // kept alive: used_ refers to their nodes
};

}  // namespace

Graph decompose(const Graph& graph, const Options& options) {
  return rewrite(graph, Expander(graph, options));
}

}  // namespace luge::compiler
