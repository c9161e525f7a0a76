// relu before a maximum pooling: the gradient is masked while it is still small. An element that a window
// chose is positive exactly when the pooled value is, so
//   relu_mask(max_pool_backward(dy, positions), y) = max_pool_backward(relu_mask(dy, max_pool(y)),
//   positions).
// The image in front of the pooling is then not needed by the backward pass at all.
#include "compile/passes.h"
#include "compile/readers.h"

namespace luge::compiler {
namespace {

class Masker {
 public:
  explicit Masker(const Graph& graph) : readers_(graph) {}

  Tensors operator()(Node& node, const Tensors& inputs) {
    if (node.op->instruction() != Instruction::relu_mask || !applies(node)) return rebuild(node, inputs);
    // `inputs` are the rewritten nodes: the same shape of graph, found again through the pooling's backward
    // node.
    Node& spread = *inputs[0].node();
    const Tensor dy = input_of(spread, 0), positions = input_of(spread, 1), type = input_of(spread, 2);
    const Tensors masked = replace(node, node.op, {dy, output_of(*positions.node(), 0)});
    return rebuild(spread, {masked[0], positions, type});
  }

 private:
  bool applies(const Node& node) const {
    const Edge& gradient = node.inputs[0];
    const Edge& y = node.inputs[1];
    if (!is_op(gradient, "max_pool_backward", 0) || !readers_.only_one(*gradient.node)) return false;
    const Edge& positions = gradient.node->inputs[1];
    if (!is_op(positions, "max_pool", 1) || positions.node->barrier != node.barrier) return false;
    const Edge& pooled = positions.node->inputs[0];
    return pooled.node == y.node && pooled.out == y.out;
  }

  Readers readers_;
};

}  // namespace

Graph mask_early(const Graph& graph, const Options&) { return rewrite(graph, Masker(graph)); }

}  // namespace luge::compiler
