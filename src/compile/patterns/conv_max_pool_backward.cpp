// The gradient of a convolution's weights takes the gradient of the pooling after the convolution along,
// where the backend has a kernel for the pair:
//   conv_backward_weights(x, max_pool_backward(dy, positions), w)  →  conv_pool_backward_weights(x, dy,
//   positions, w)
// The gradient of the image between them is then never written to memory.
#include "compile/kernel_choice.h"
#include "compile/pattern.h"
#include "ops/attributes/conv_pool.h"

namespace luge::compiler {
namespace {

Tensors as_one_step(const ChainMatch& match) {
  const Node& spread = *match.ops[0];
  const OpRef op = conv_pool_backward_weights_op({.conv = *match.last.op->attributes<ConvAttributes>(),
                                                  .pool = *spread.op->attributes<PoolAttributes>()});
  return if_accepted(
      replace(match.last, op, {match.inputs[0], input_of(spread, 0), input_of(spread, 1), match.inputs[2]}),
      match.readers.used(match.last), match.options);
}

const RegisteredPattern registered_conv_max_pool_backward(
    {.name = "conv_max_pool_backward",
     .purpose = "runs the gradients of a pooling and of the weights before it image by image",
     .stage = Stage::after_decompose,
     .order = 30,
     .enabled =
         [](const Graph&, const Options& options) {
           return has_kernel(*conv_pool_backward_weights_op({}), options);
         },
     .chain = {op_with<ConvAttributes, Role::backward_weights>,
               {{.input = 1, .op = op_with<PoolAttributes, Role::backward>}}},
     .replacement = as_one_step});

}  // namespace
}  // namespace luge::compiler
