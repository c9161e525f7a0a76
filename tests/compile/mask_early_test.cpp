#include <gtest/gtest.h>

#include <cstring>

#include "compile/passes.h"
#include "luge/autodiff.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
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

std::vector<float> values(const compiler::Graph& graph) {
  const auto program =
      compiler::compile(graph, {.backend = &reference_backend(), .disabled = {"mask_early"}});
  std::vector<BoundLeaf> leaves(graph.leaves.size());
  for (std::size_t k = 0; k < leaves.size(); ++k) {
    const Node& leaf = *graph.leaves[k].node();
    if (leaf.leaf == Leaf::scalar) {
      std::memcpy(leaves[k].words, leaf.words, sizeof leaf.words);
      continue;
    }
    leaves[k].buffer =
        std::make_shared<Buffer>(static_cast<std::size_t>(graph.leaves[k].elements()) * sizeof(float));
    auto* data = reinterpret_cast<float*>(leaves[k].buffer->data());
    for (int i = 0; i < graph.leaves[k].elements(); ++i) data[i] = static_cast<float>((i * 37) % 23 - 11);
  }
  const BufferRef result = program->run(leaves)[0];
  std::vector<float> copy(result->bytes() / sizeof(float));
  std::memcpy(copy.data(), result->data(), result->bytes());
  return copy;
}

Shape masked_shape(const compiler::Graph& graph) {
  for (const Node* node : topological(graph.roots)) {
    if (node->op && node->op->instruction() == Instruction::relu_mask) return node->outputs[0].type.shape;
  }
  return {};
}

TEST(MaskEarly, MasksThePooledGradientAndChangesNoValue) {
  const compiler::Graph before = gradient_graph();
  const compiler::Graph after = compiler::mask_early(before, {});
  compiler::verify(after);
  EXPECT_EQ(masked_shape(before), Shape({2, 3, 8, 8}));
  EXPECT_EQ(masked_shape(after), Shape({2, 3, 3, 3}));
  EXPECT_EQ(values(before), values(after));
}

TEST(MaskEarly, LeavesOtherMasksAlone) {
  const Tensor x = argument_leaf({f32, {4}}, "x");
  const compiler::Graph graph = graph_of({x}, {grad(sum(square(relu(x))), x)});
  EXPECT_EQ(masked_shape(compiler::mask_early(graph, {})), Shape({4}));
}

}  // namespace
}  // namespace luge::testing
