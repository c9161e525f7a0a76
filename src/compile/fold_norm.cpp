// Batch normalisation with given statistics behind a convolution is a convolution with other weights:
//   batch_norm_inference(conv(x, w, b))  →  conv(x, w·f, (b - mean)·f + shift),  f = scale/√(variance +
//   epsilon)
// when weights and statistics are Variables that the graph does not change, so that the new weights are
// computed once for each version of them.
#include <algorithm>
#include <unordered_map>

#include "compile/passes.h"
#include "ops/attributes/norm.h"

namespace luge::compiler {
namespace {

bool is_read(const Edge& edge) { return edge.node->leaf == Leaf::read; }

class NormFolder {
 public:
  explicit NormFolder(const Graph& graph) {
    for (const Tensor& root : graph.roots) ++readers_[root.node()];
    for (const Node* node : topological(graph.roots)) {
      for (const Edge& edge : node->inputs) ++readers_[edge.node];
    }
  }

  Tensors operator()(Node& node, const Tensors& inputs) const {
    if (node.op->name() != "batch_norm_inference" || !applies(node)) return rebuild(node, inputs);
    Node& conv = *inputs[0].node();  // as rewritten
    const NormFolded folded = fold_into_weights(
        *node.op->attributes<BatchNormAttributes>(), input_of(conv, 1),
        conv.inputs.size() == 3 ? input_of(conv, 2) : Tensor(), inputs[1], inputs[2], inputs[3], inputs[4]);
    Tensors outputs = make_node(conv.op, Tensors{input_of(conv, 0), folded.w, folded.b});
    outputs[0].node()->barrier = node.barrier;
    return outputs;
  }

 private:
  bool applies(const Node& node) const {
    const Node& conv = *node.inputs[0].node;
    if (conv.leaf != Leaf::none || conv.op->name() != "conv" || readers_.at(&conv) != 1) return false;
    return conv.barrier == node.barrier && std::all_of(conv.inputs.begin() + 1, conv.inputs.end(), is_read) &&
           std::all_of(node.inputs.begin() + 1, node.inputs.end(), is_read);
  }

  std::unordered_map<const Node*, int> readers_;
};

}  // namespace

Graph fold_norm(const Graph& graph, const Options&) {
  const bool writes =
      std::any_of(graph.replaces.begin(), graph.replaces.end(), [](int leaf) { return leaf >= 0; });
  return writes ? graph : rewrite(graph, NormFolder(graph));
}

}  // namespace luge::compiler
