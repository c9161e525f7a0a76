// leaky_relu after a convolution becomes a post-op of its kernel, before decompositions take it apart:
//   leaky_relu(conv(x, w, b))  →  conv+leaky_relu(x, w, b)
// where a kernel takes it and nothing else reads the convolution.
#include "compile/kernel_choice.h"
#include "compile/pattern.h"
#include "compile/post_ops.h"
#include "ops/attributes/conv.h"
#include "ops/attributes/leaky_relu.h"

namespace luge::compiler {
namespace {

Tensors with_post_op(const ChainMatch& match) {
  Node& conv = *match.ops[0];
  const double slope = match.last.op->attributes<LeakyReluAttributes>()->slope;
  if (slope <= 0 || slope > 1) return {};
  const PostOp post{Instruction::relu, -1, slope};
  Question question = question_of(conv, {true});
  question.post = {post};
  if (!choose(question, match.options).offer.accepted()) return {};
  Tensors operands;
  for (std::size_t k = 0; k < conv.inputs.size(); ++k) operands.push_back(input_of(conv, k));
  return replace(match.last, with_post_ops(conv.op, operands.size(), {post}, {match.last.op}), operands);
}

const RegisteredPattern registered_conv_leaky_relu(
    {.name = "conv_leaky_relu",
     .purpose = "lets convolutions apply the leaky relu after them before they store",
     .stage = Stage::before_decompose,
     .order = 10,
     .chain = {op_with<LeakyReluAttributes, Role::forward>,
               {{.input = 0, .op = op_with<ConvAttributes, Role::forward>}}},
     .replacement = with_post_op});

}  // namespace
}  // namespace luge::compiler
