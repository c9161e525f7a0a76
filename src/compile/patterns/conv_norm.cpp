// Batch normalization with given statistics after a convolution is a convolution with other weights:
//   batch_norm_inference(conv(x, w, b))  →  conv(x, w·f, (b - mean)·f + shift),  f = scale/√(variance +
//   epsilon)
// when weights and statistics are Variables that the graph does not change, so that the new weights are
// computed once for each version of them.
#include <algorithm>

#include "compile/pattern.h"
#include "ops/attributes/conv.h"
#include "ops/attributes/norm.h"

namespace luge::compiler {
namespace {

bool are_reads(std::span<const Edge> edges) {
  return std::all_of(edges.begin(), edges.end(),
                     [](const Edge& edge) { return edge.node->leaf == Leaf::read; });
}

Tensors with_other_weights(const ChainMatch& match) {
  const Node& conv = *match.ops[0];
  const Tensors& in = match.inputs;  // the image, scale, shift, mean, variance
  const auto parameters = [](const Node& node) {
    return std::span(node.inputs.begin() + 1, node.inputs.end());
  };
  if (!are_reads(parameters(conv)) || !are_reads(parameters(match.last))) return {};
  const Tensor b = conv.inputs.size() == 3 ? input_of(conv, 2) : Tensor();
  const double epsilon = match.last.op->attributes<BatchNormInferenceAttributes>()->epsilon;
  const NormalizedWeights weights =
      normalized_weights(epsilon, input_of(conv, 1), b, in[1], in[2], in[3], in[4]);
  return replace(match.last, conv.op, {input_of(conv, 0), weights.w, weights.b});
}

const RegisteredPattern registered_conv_norm(
    {.name = "conv_norm",
     .purpose = "gives a convolution the scale and shift of the normalization after it",
     .stage = Stage::before_autocast,
     .order = 30,
     .enabled = [](const Graph& graph, const Options&) { return !writes_state(graph); },
     .chain = {op_with<BatchNormInferenceAttributes, Role::forward>,
               {{.input = 0, .op = op_with<ConvAttributes, Role::forward>}}},
     .replacement = with_other_weights});

}  // namespace
}  // namespace luge::compiler
