// A convolution whose image is read by nothing but a max pooling becomes one step with it, and so does the
// gradient of such a convolution's weights with the gradient of the pooling, where the backend has a kernel
// for the pair: the image between them, the largest value of a first layer by far, is then never written to
// memory.
#include <unordered_map>

#include "compile/kernel_choice.h"
#include "compile/passes.h"
#include "compile/readers.h"
#include "ops/attributes/conv_pool.h"

namespace luge::compiler {
namespace {

class Joiner {
 public:
  Joiner(const Graph& graph, const Options& options) : options_(options), readers_(graph) {
    for (const Tensor& root : graph.roots) read(root.node(), root.output());
    for (const Node* node : topological(graph.roots)) {
      for (const Edge& edge : node->inputs) read(edge.node, edge.out);
    }
  }

  Tensors operator()(Node& node, const Tensors& inputs) {
    if (node.op->name() == "max_pool") return forward(node, inputs);
    if (node.op->name() == "conv_backward_weights") return backward(node, inputs);
    return rebuild(node, inputs);
  }

 private:
  void read(const Node* node, int out) {
    std::vector<bool>& used = used_[node];
    used.resize(node->outputs.size());
    used[static_cast<std::size_t>(out)] = true;
  }

  bool is_own(const Node& reader, const Edge& edge, std::string_view name) const {
    return is_op(edge, name, 0) && readers_.only_one(*edge.node) && edge.node->barrier == reader.barrier;
  }

  // The rewritten nodes have the same shape of graph behind them; rewriting leaves no others to be asked.
  Tensors forward(Node& node, const Tensors& inputs) {
    const Edge* image = &node.inputs[0];
    Node* source = inputs[0].node();
    const bool relu = is_own(node, *image, "relu");
    if (relu) {
      image = &image->node->inputs[0];
      source = source->inputs[0].node;
    }
    if (!is_own(node, *image, "conv")) return rebuild(node, inputs);
    Tensors operands;
    for (std::size_t k = 0; k < source->inputs.size(); ++k) operands.push_back(input_of(*source, k));
    return join(node, inputs, conv_pool_op(attributes(*source, node, relu)), operands);
  }

  Tensors backward(Node& node, const Tensors& inputs) {
    if (!is_own(node, node.inputs[1], "max_pool_backward")) return rebuild(node, inputs);
    const Node& spread = *inputs[1].node();
    return join(node, inputs, conv_pool_backward_weights_op(attributes(node, spread, false)),
                {inputs[0], input_of(spread, 0), input_of(spread, 1), inputs[2]});
  }

  static ConvPoolAttributes attributes(const Node& conv, const Node& pool, bool relu) {
    return {*conv.op->attributes<ConvAttributes>(), *pool.op->attributes<PoolAttributes>(), relu};
  }

  Tensors join(Node& node, const Tensors& inputs, OpRef op, const Tensors& operands) {
    if (options_.backend->candidates(op->name()).empty()) return rebuild(node, inputs);
    const Tensors joined = replace(node, std::move(op), operands);
    const Question question = question_of(*joined[0].node(), used_.at(&node));
    return choose(question, options_).offer.accepted() ? joined : rebuild(node, inputs);
  }

  const Options& options_;
  Readers readers_;
  std::unordered_map<const Node*, std::vector<bool>> used_;
};

}  // namespace

Graph pool_conv(const Graph& graph, const Options& options) { return rewrite(graph, Joiner(graph, options)); }

}  // namespace luge::compiler
