// The gradient of batch normalization takes the mask of the relu after it along, where the backend has a
// kernel for both, which finds the mask again from x:
//   batch_norm_backward(relu_mask(dy, relu(batch_norm(x))), x)  →  batch_norm_relu_backward(dy, x)
// The same for leaky_relu. It runs before norm_relu, which takes the pair of ops away that it looks for.
#include "compile/edge.h"
#include "compile/kernel_choice.h"
#include "compile/pattern.h"
#include "compile/patterns/rectifier.h"
#include "ops/attributes/norm.h"

namespace luge::compiler {
namespace {

constexpr OpKind kNorm = op_with<BatchNormAttributes, Role::forward>;

bool is(const Tensor& tensor, const Edge& edge) {
  return tensor.node() == edge.node && tensor.output() == edge.out;
}

// Does the gradient belong to relu(norm(x)): the norm whose statistics it got, of the same x and scale?
bool belongs_together(const Node& mask, const Tensors& in) {
  const Edge mean{in[3].node(), in[3].output()}, variance{in[4].node(), in[4].output()};
  if (!is_output(mean, kNorm, 1) || !is_output(variance, kNorm, 2) || mean.node != variance.node)
    return false;
  const Node &norm = *mean.node, &relu = *mask.inputs[1].node;
  return rectifier_slope(relu) == mask_slope(mask) && is_output(relu.inputs[0], kNorm, 0) &&
         relu.inputs[0].node == &norm && is(in[1], norm.inputs[0]) && is(in[2], norm.inputs[1]);
}

// dy, x, scale, mean, variance.
Tensors without_the_mask(const ChainMatch& match) {
  const Node& mask = *match.ops[0];
  const Tensors& in = match.inputs;
  const Tensor dy = input_of(mask, 0);
  if (!(type_of(dy) == type_of(in[1])) || !belongs_together(mask, in))
    return {};  // the mask may broadcast dy
  const double epsilon = match.last.op->attributes<BatchNormAttributes>()->epsilon;
  const Tensor shift = input_of(*in[3].node(), 2);
  return if_accepted(replace(match.last, batch_norm_relu_backward({epsilon, *mask_slope(mask)}),
                             {dy, in[1], in[2], shift, in[3], in[4]}),
                     {true, true, true}, match.options);
}

const RegisteredPattern registered_norm_relu_backward(
    {.name = "norm_relu_backward",
     .purpose = "masks the gradient of a relu within that of the batch normalization before it",
     .stage = Stage::before_autocast,
     .order = 10,
     .enabled = [](const Graph&,
                   const Options& options) { return has_kernel(*batch_norm_relu_backward({}), options); },
     .chain = {op_with<BatchNormAttributes, Role::backward>,
               {{.input = 0, .op = [](const Node& node) { return mask_slope(node).has_value(); }}}},
     .replacement = without_the_mask});

}  // namespace
}  // namespace luge::compiler
