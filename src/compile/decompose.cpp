// Expands an op into its decomposition when no candidate of the backend takes it; what remains has a kernel
// or a reference loop.
#include <unordered_map>

#include "compile/kernel_choice.h"
#include "compile/passes.h"

namespace luge::compiler {
namespace {

class Expander {
 public:
  Expander(const Graph& graph, const Options& options) : options_(options) {
    const auto read = [&](const Node* node, int out) {
      std::vector<bool>& used = used_[node];
      used.resize(node->outputs.size());
      used[static_cast<std::size_t>(out)] = true;
    };
    for (const Tensor& root : graph.roots) read(root.node(), root.output());
    for (const Node* node : topological(graph.roots)) {
      for (const Edge& edge : node->inputs) read(edge.node, edge.out);
    }
  }

  Tensors operator()(Node& node, const Tensors& inputs) {
    Tensors kept = rebuild(node, inputs);
    if (!node.op->decomposes() || node.op->instruction() != Instruction::none) return kept;
    Node& fresh = *kept[0].node();
    const auto used = used_.find(&node);  // of a part of an expansion all outputs are taken to be read
    const Question question = question_of(
        fresh, used == used_.end() ? std::vector<bool>(fresh.outputs.size(), true) : used->second);
    const std::vector<LayoutId> layouts(fresh.inputs.size(), any_layout);
    if (choose(question, layouts, options_).offer.accepted()) return kept;
    Tensors operands;  // as the node holds them: typed where only the type counts
    for (std::size_t k = 0; k < fresh.inputs.size(); ++k) operands.push_back(input_of(fresh, k));
    const std::uint64_t before = latest_sequence();
    const Tensors expansion = fresh.op->decompose(operands);
    // As deep as decompositions nest, which the vocabulary bounds.
    return rewrite_between(expansion, operands, [&](Node& inner, const Tensors& on) {
      if (node.barrier && inner.sequence >= before) inner.barrier = true;
      return (*this)(inner, on);
    });
  }

 private:
  const Options& options_;
  std::unordered_map<const Node*, std::vector<bool>> used_;
};

}  // namespace

Graph decompose(const Graph& graph, const Options& options) {
  return rewrite(graph, Expander(graph, options));
}

}  // namespace luge::compiler
