// Ops that no kernel takes are expanded. The graphs are looked at on a device that computes nothing; their
// values are those of the reference loops.
#include <gtest/gtest.h>

#include <algorithm>

#include "compile/passes.h"
#include "luge/ops/math.h"
#include "luge/ops/normalization.h"
#include "support/fake_backend.h"
#include "support/graph_values.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

using compiler::Graph;

struct Decompose : ::testing::Test {
  FakeBackend backend;
  compiler::Options options{.backend = &backend, .disabled = {}};

  Graph expanded(const Graph& before) {
    Graph after = compiler::decompose(before, options);
    compiler::verify(after);
    return after;
  }
};

TEST_F(Decompose, ExpandsWhatNoKernelTakes) {
  const Tensor x = argument({5});
  const Graph before = graph_of({x}, {toy_square_plus(toy_dense(x))}), after = expanded(before);
  EXPECT_EQ(count_ops(before, "toy_square_plus"), 1);
  EXPECT_EQ(count_ops(after, "toy_square_plus"), 0);
  EXPECT_EQ(count_ops(after, "toy_mul"), 1);
  EXPECT_EQ(count_ops(after, "toy_add"), 1);
  EXPECT_EQ(count_ops(after, "toy_dense"), 1) << "its loop is all its meaning";
  const std::vector<double> found = values_of(after)[0];
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto y =
        static_cast<float>(2 * static_cast<float>(some_number(0, static_cast<std::int64_t>(i))) + 1);
    EXPECT_NEAR(found[i], double{y} * y + y, 1e-5) << i;
  }
}

TEST_F(Decompose, AsksEveryKernel) {
  const Tensor x = argument({5});
  const Graph before = graph_of({x}, {toy_square_plus(x)});
  bool takes = false;
  backend.add("toy_square_plus", "never", [](const KernelRequest&) { return refuse("never"); });
  backend.add("toy_square_plus", "sometimes",
              [&](const KernelRequest&) { return takes ? fake_offer() : refuse("not now"); });
  EXPECT_EQ(count_ops(expanded(before), "toy_square_plus"), 0);
  takes = true;
  const Graph after = expanded(before);
  EXPECT_EQ(count_ops(after, "toy_square_plus"), 1);
  EXPECT_EQ(count_ops(after, "toy_mul"), 0);
  expect_same_values(before, after);
}

// Means and sums come out of it that are expanded in turn.
TEST_F(Decompose, ExpandsWhatComesOutOfAnExpansion) {
  const Tensor x = argument({2, 3, 4}), c = argument({3});
  const Graph before = graph_of({x, c}, {batch_norm(x, c, c).y}), after = expanded(before);
  EXPECT_EQ(count_ops(before, "batch_norm"), 1);
  for (const Node* node : topological(after.roots)) {
    if (node->leaf != Leaf::none) continue;
    EXPECT_TRUE(!node->op->decomposes() || node->op->instruction() != Instruction::none) << node->op->name();
  }
  expect_same_values(before, after);
}

TEST_F(Decompose, ComputesNoOutputThatNobodyReads) {
  const Tensor x = argument({2, 3, 4}), c = argument({3});
  const auto ops = [&](const Tensors& roots) {
    const Graph after = expanded(graph_of({x, c}, roots));
    const std::vector<Node*> nodes = topological(after.roots);
    return std::count_if(nodes.begin(), nodes.end(),
                         [](const Node* node) { return node->leaf == Leaf::none; });
  };
  const BatchNormed norm = batch_norm(x, c, c);
  EXPECT_LT(ops({norm.mean}), ops({norm.variance}));
  EXPECT_LT(ops({norm.variance}), ops({norm.y}));
  std::vector<bool> asked;
  backend.add("batch_norm", "fake", [&](const KernelRequest& request) {
    asked = request.out_used;
    return fake_offer();
  });
  expanded(graph_of({x, c}, {norm.mean}));
  EXPECT_EQ(asked, (std::vector<bool>{false, true, false}));
}

// What is computed again after a checkpoint stays apart from what was computed before it, in parts as well.
TEST_F(Decompose, KeepsBarriers) {
  const Tensor x = argument({5});
  Graph before = graph_of({x}, {toy_square_plus(x), toy_dense(x)});
  before.roots[0].node()->barrier = true;
  const Graph after = expanded(before);
  for (const Node* node : topological(after.roots)) {
    if (node->leaf == Leaf::none) {
      EXPECT_EQ(node->barrier, node->op->name() != "toy_dense") << node->op->name();
    }
  }
}

}  // namespace
}  // namespace luge::testing
