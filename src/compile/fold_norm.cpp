// Batch normalization with given statistics behind a convolution is a convolution with other weights:
//   batch_norm_inference(conv(x, w, b))  →  conv(x, w·f, (b - mean)·f + shift),  f = scale/√(variance +
//   epsilon)
// when weights and statistics are Variables that the graph does not change, so that the new weights are
// computed once for each version of them.
#include <algorithm>

#include "compile/passes.h"
#include "compile/readers.h"
#include "ops/attributes/norm.h"

namespace luge::compiler {
namespace {

bool is_read(const Edge& edge) { return edge.node->leaf == Leaf::read; }

class NormFolder {
 public:
  explicit NormFolder(const Graph& graph) : readers_(graph) {}

  Tensors operator()(Node& node, const Tensors& inputs) const {
    if (node.op->name() != "batch_norm_inference" || !applies(node)) return rebuild(node, inputs);
    Node& conv = *inputs[0].node();  // as rewritten
    const NormFolded folded = fold_into_weights(
        *node.op->attributes<BatchNormAttributes>(), input_of(conv, 1),
        conv.inputs.size() == 3 ? input_of(conv, 2) : Tensor(), inputs[1], inputs[2], inputs[3], inputs[4]);
    return replace(node, conv.op, {input_of(conv, 0), folded.w, folded.b});
  }

 private:
  bool applies(const Node& node) const {
    const Node& conv = *node.inputs[0].node;
    if (!is_op(node.inputs[0], "conv", 0) || !readers_.only_one(conv)) return false;
    return conv.barrier == node.barrier && std::all_of(conv.inputs.begin() + 1, conv.inputs.end(), is_read) &&
           std::all_of(node.inputs.begin() + 1, node.inputs.end(), is_read);
  }

  Readers readers_;
};

}  // namespace

Graph fold_norm(const Graph& graph, const Options&) {
  return writes_state(graph) ? graph : rewrite(graph, NormFolder(graph));
}

}  // namespace luge::compiler
