// A convolution whose image is read by nothing but a max pooling becomes one step with it, relu between them
// included, where the backend has a kernel for the pair:
//   max_pool(conv(x, w, b)), max_pool(relu(conv(x, w, b)))  →  conv_pool(x, w, b)
// The image between them, the largest value of a first layer by far, is then never written to memory.
#include "compile/kernel_choice.h"
#include "compile/pattern.h"
#include "ops/attributes/conv_pool.h"

namespace luge::compiler {
namespace {

Tensors as_one_step(const ChainMatch& match) {
  const Node *relu = match.ops[0], &conv = *match.ops[1];
  Tensors operands;
  for (std::size_t k = 0; k < conv.inputs.size(); ++k) operands.push_back(input_of(conv, k));
  const OpRef op = conv_pool_op({.conv = *conv.op->attributes<ConvAttributes>(),
                                 .pool = *match.last.op->attributes<PoolAttributes>(),
                                 .relu = relu != nullptr});
  return if_accepted(replace(match.last, op, operands), match.readers.used(match.last), match.options);
}

const RegisteredPattern registered_conv_max_pool(
    {.name = "conv_max_pool",
     .purpose = "runs a convolution and the pooling after it image by image",
     .stage = Stage::after_decompose,
     .order = 20,
     .enabled = [](const Graph&, const Options& options) { return has_kernel(*conv_pool_op({}), options); },
     .chain = {op_with<PoolAttributes, Role::forward>,
               {{.input = 0, .op = op_of<Instruction::relu>, .optional = true},
                {.input = 0, .op = op_with<ConvAttributes, Role::forward>}}},
     .replacement = as_one_step});

}  // namespace
}  // namespace luge::compiler
