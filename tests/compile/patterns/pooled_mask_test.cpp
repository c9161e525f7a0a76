#include <gtest/gtest.h>

#include "compile/pipeline.h"
#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "support/graph_values.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

// Overlapping windows, so that one element may be chosen twice.
compiler::Graph gradient_graph() {
  const Tensor x = argument_leaf({f32, {2, 3, 8, 8}}, "x");
  const Tensor y = relu(x);
  const Tensor cost = sum(square(max_pool2d(y, {.kernel = 3, .stride = 2})));
  const Tensor dx = grad(cost, x);
  return graph_of({x}, {dx});
}

Shape masked_shape(const compiler::Graph& graph) {
  for (const Node* node : topological(graph.roots)) {
    if (node->op && node->op->instruction() == Instruction::relu_mask) return node->outputs[0].type.shape;
  }
  return {};
}

TEST(PooledMask, MasksThePooledGradientAndChangesNoValue) {
  const compiler::Graph before = gradient_graph();
  const compiler::Graph after = compiler::run_pass("pooled_mask", before, {});
  compiler::verify(after);
  EXPECT_EQ(masked_shape(before), Shape({2, 3, 8, 8}));
  EXPECT_EQ(masked_shape(after), Shape({2, 3, 3, 3}));
  expect_same_values(before, after);
}

TEST(PooledMask, LeavesOtherMasksAlone) {
  const Tensor x = argument_leaf({f32, {4}}, "x");
  const compiler::Graph graph = graph_of({x}, {grad(sum(square(relu(x))), x)});
  EXPECT_EQ(masked_shape(compiler::run_pass("pooled_mask", graph, {})), Shape({4}));
}

}  // namespace
}  // namespace luge::testing
