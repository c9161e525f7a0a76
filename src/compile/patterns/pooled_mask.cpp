// relu before a maximum pooling: the gradient is masked while it is still small. An element that a window
// chose is positive exactly when the pooled value is, so
//   relu_mask(max_pool_backward(dy, positions), y)  →  max_pool_backward(relu_mask(dy, max_pool(y)),
//   positions)
// The image before the pooling is then not needed by the backward pass at all.
#include "compile/pattern.h"
#include "ops/attributes/pool.h"

namespace luge::compiler {
namespace {

Tensors masked_before_it_is_spread(const ChainMatch& match) {
  Node &spread = *match.ops[0], &pool = *match.ops[1];
  const Tensor& y = match.inputs[1];
  if (pool.inputs[0].node != y.node() || pool.inputs[0].out != y.output()) return {};
  const Tensor dy = input_of(spread, 0), positions = input_of(spread, 1), type = input_of(spread, 2);
  const Tensors masked = replace(match.last, match.last.op, {dy, output_of(pool, 0)});
  return rebuild(spread, {masked[0], positions, type});
}

const RegisteredPattern registered_pooled_mask(
    {.name = "pooled_mask",
     .purpose = "masks a pooled gradient before it is spread over the image",
     .stage = Stage::after_decompose,
     .order = 10,
     .chain = {op_of<Instruction::relu_mask>,
               {{.input = 0, .op = op_with<PoolAttributes, Role::backward>},
                {.input = 1, .op = op_with<PoolAttributes, Role::forward>, .output = 1, .shared = true}}},
     .replacement = masked_before_it_is_spread});

}  // namespace
}  // namespace luge::compiler
