// leaky_relu right behind a convolution becomes part of its store, before decompositions take it apart:
//   leaky_relu(conv(x, w, b))  →  conv+leaky_relu(x, w, b)
// where a kernel takes it and nobody else reads the convolution.
#include <algorithm>
#include <unordered_map>

#include "compile/fold.h"
#include "compile/kernel_choice.h"
#include "compile/passes.h"
#include "ops/attributes/leaky_relu.h"

namespace luge::compiler {
namespace {

class LeakyFolder {
 public:
  LeakyFolder(const Graph& graph, const Options& options) : options_(options) {
    for (const Tensor& root : graph.roots) ++readers_[root.node()];
    for (const Node* node : topological(graph.roots)) {
      for (const Edge& edge : node->inputs) ++readers_[edge.node];
    }
  }

  Tensors operator()(Node& node, const Tensors& inputs) const {
    if (node.op->name() != "leaky_relu" || !applies(*node.inputs[0].node, node.barrier))
      return rebuild(node, inputs);
    Node& conv = *inputs[0].node();  // as rewritten
    const double slope = node.op->attributes<LeakyReluAttributes>()->slope;
    const PostOp post{Instruction::relu, -1, slope};
    Question question = question_of(conv, {true});
    question.post = {post};
    const std::vector<LayoutId> layouts(question.in.size(), any_layout);
    if (slope <= 0 || slope > 1 || !choose(question, layouts, options_).offer.accepted())
      return rebuild(node, inputs);
    Tensors operands;
    for (std::size_t k = 0; k < conv.inputs.size(); ++k) operands.push_back(input_of(conv, k));
    Tensors outputs = make_node(std::make_shared<Folded>(conv.op, operands.size(), std::vector<PostOp>{post},
                                                         std::vector<OpRef>{node.op}),
                                operands);
    outputs[0].node()->barrier = node.barrier;
    return outputs;
  }

 private:
  bool applies(const Node& conv, bool barrier) const {
    return conv.leaf == Leaf::none && conv.op->name() == "conv" && readers_.at(&conv) == 1 &&
           conv.barrier == barrier;
  }

  const Options& options_;
  std::unordered_map<const Node*, int> readers_;
};

}  // namespace

Graph fold_leaky(const Graph& graph, const Options& options) {
  return rewrite(graph, LeakyFolder(graph, options));
}

}  // namespace luge::compiler
