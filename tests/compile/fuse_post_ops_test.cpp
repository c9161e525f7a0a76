// Elementwise consumers become post-ops of the kernel that feeds them. The graphs are looked at on a device
// that computes nothing; their values are those of the reference loops.
#include <gtest/gtest.h>

#include "compile/lower.h"
#include "compile/passes.h"
#include "support/fake_backend.h"
#include "support/graph_values.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

using compiler::Graph;
using Names = std::vector<std::string>;

struct FusePostOps : ::testing::Test {
  FakeBackend backend;
  compiler::Options options{.backend = &backend, .disabled = {}};
  std::vector<std::vector<PostOp>> asked;
  std::size_t most = 4;

  FusePostOps() {
    backend.add("toy_dense", "with_post_ops", [this](const KernelRequest& request) {
      asked.emplace_back(request.post.begin(), request.post.end());
      return request.post.size() <= most ? fake_offer() : refuse("too many post-ops");
    });
  }

  // The ops in the order in which they run, once the values have been compared.
  Names fused(const Graph& before) {
    const Graph after = compiler::fuse_post_ops(before, options);
    compiler::verify(after);
    expect_same_values(before, after);
    Names names;
    for (const Node* node : compiler::schedule(after)) names.emplace_back(node->op->name());
    return names;
  }
};

TEST_F(FusePostOps, TakesTheLongestChainThatIsAccepted) {
  const Tensor x = argument({4}), y = argument({4});
  const Graph graph = graph_of({x, y}, {toy_neg(toy_relu(toy_add(y, toy_dense(x))))});
  EXPECT_EQ(fused(graph), Names{"toy_dense+add+relu+neg"});
  EXPECT_EQ(asked[0].size(), 3u);
  EXPECT_EQ(asked[0][0].operand, 1) << "after the kernel's own input";
  EXPECT_EQ(asked[0][1].operand, -1);
  most = 1;
  EXPECT_EQ(fused(graph), (Names{"toy_dense+add", "toy_relu", "toy_neg"}));
  most = 0;
  EXPECT_EQ(fused(graph), (Names{"toy_dense", "toy_add", "toy_relu", "toy_neg"}));
}

TEST_F(FusePostOps, TakesFourAtMost) {
  const Tensor x = argument({4});
  Tensor y = toy_dense(x);
  for (int k = 0; k < 6; ++k) y = toy_neg(y);
  EXPECT_EQ(fused(graph_of({x}, {y})), (Names{"toy_dense+neg+neg+neg+neg", "toy_neg", "toy_neg"}));
}

TEST_F(FusePostOps, LeavesAloneWhatSomebodyElseReads) {
  const Tensor x = argument({4});
  const Tensor raw = toy_dense(x);
  EXPECT_EQ(fused(graph_of({x}, {toy_relu(raw), raw})).size(), 2u);
  EXPECT_EQ(fused(graph_of({x}, {toy_mul(raw, raw)})).size(), 2u);
}

TEST_F(FusePostOps, LeavesAloneWhatItsOwnOperandNeeds) {
  const Tensor x = argument({4});
  const Tensor first = toy_dense(x);
  const Tensor relu = toy_relu(first);
  // dense(relu) + relu: the sum's operand is made before its producer, so it fuses; the first dense keeps its
  // relu.
  EXPECT_EQ(fused(graph_of({x}, {toy_add(toy_dense(relu), relu)})),
            (Names{"toy_dense+relu", "toy_dense+add"}));
  EXPECT_EQ(fused(graph_of({x}, {toy_sub(x, toy_dense(x))})).size(), 2u) << "x - f(x) is not f(x) - x";
}

TEST_F(FusePostOps, OneOfTwoProductsTakesTheirSum) {
  const Tensor x = argument({4}), y = argument({4});
  EXPECT_EQ(fused(graph_of({x, y}, {toy_add(toy_dense(x), toy_dense(y))})).size(), 2u);
}

TEST_F(FusePostOps, KeepsWhatIsComputedAgainApart) {
  const Tensor x = argument({4});
  Graph graph = graph_of({x}, {toy_relu(toy_dense(x))});
  graph.roots[0].node()->barrier = true;
  EXPECT_EQ(fused(graph), (Names{"toy_dense", "toy_relu"}));
}

TEST_F(FusePostOps, DecomposesIntoWhatItReplaced) {
  const Tensor x = argument({4}), y = argument({4});
  const Graph after =
      compiler::fuse_post_ops(graph_of({x, y}, {toy_relu(toy_add(toy_dense(x), y))}), options);
  const Node& node = *after.roots[0].node();
  const Tensors expanded = node.op->decompose({input_of(node, 0), input_of(node, 1)});
  EXPECT_EQ(expanded[0].node()->op->name(), "toy_relu");
  EXPECT_EQ(expanded[0].node()->inputs[0].node->op->name(), "toy_add");
}

}  // namespace
}  // namespace luge::testing
