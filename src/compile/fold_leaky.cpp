// leaky_relu right behind a convolution becomes part of its store, before decompositions take it apart:
//   leaky_relu(conv(x, w, b))  →  conv+leaky_relu(x, w, b)
// where a kernel takes it and nobody else reads the convolution.
#include <utility>

#include "compile/fold.h"
#include "compile/kernel_choice.h"
#include "compile/passes.h"
#include "compile/readers.h"
#include "ops/attributes/leaky_relu.h"

namespace luge::compiler {
namespace {

class LeakyFolder {
 public:
  LeakyFolder(const Graph& graph, const Options& options) : options_(options), readers_(graph) {}

  Tensors operator()(Node& node, const Tensors& inputs) const {
    if (node.op->name() != "leaky_relu" || !applies(node.inputs[0], node.barrier))
      return rebuild(node, inputs);
    Node& conv = *inputs[0].node();  // as rewritten
    const double slope = node.op->attributes<LeakyReluAttributes>()->slope;
    const PostOp post{Instruction::relu, -1, slope};
    Question question = question_of(conv, {true});
    question.post = {post};
    if (slope <= 0 || slope > 1 || !choose(question, options_).offer.accepted()) return rebuild(node, inputs);
    Tensors operands;
    for (std::size_t k = 0; k < conv.inputs.size(); ++k) operands.push_back(input_of(conv, k));
    auto folded = std::make_shared<Folded>(conv.op, operands.size(), std::vector<PostOp>{post},
                                           std::vector<OpRef>{node.op});
    return replace(node, std::move(folded), operands);
  }

 private:
  bool applies(const Edge& conv, bool barrier) const {
    return is_op(conv, "conv", 0) && readers_.only_one(*conv.node) && conv.node->barrier == barrier;
  }

  const Options& options_;
  Readers readers_;
};

}  // namespace

Graph fold_leaky(const Graph& graph, const Options& options) {
  return rewrite(graph, LeakyFolder(graph, options));
}

}  // namespace luge::compiler
