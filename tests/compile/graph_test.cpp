#include "compile/graph.h"

#include <gtest/gtest.h>

#include "support/errors.h"
#include "support/graph_values.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

TEST(Specialize, InfersEveryNodeForTheBoundTypes) {
  const Tensor x = argument({unknown, 4});
  const Tensor y = toy_relu(toy_dense(x));
  EXPECT_FALSE(y.shape().known());
  const Tensor leaves[] = {x}, roots[] = {y};
  for (std::int64_t batch : {1, 7}) {
    const Type types[] = {{f32, {batch, 4}}};
    const compiler::Graph graph = compiler::specialize(roots, leaves, types, {-1});
    EXPECT_EQ(graph.roots[0].shape(), Shape({batch, 4}));
    EXPECT_NE(graph.leaves[0].node(), x.node());
    compiler::verify(graph);
  }
}

TEST(Specialize, KeepsNothingAliveForATypeAlone) {
  const Tensor x = argument({unknown});
  const Tensor long_way = toy_dense(toy_dense(x));
  const Tensor leaves[] = {x}, roots[] = {toy_zeros_like(long_way)};
  const Type types[] = {{f32, {5}}};
  const compiler::Graph graph = compiler::specialize(roots, leaves, types, {-1});
  EXPECT_EQ(graph.roots[0].shape(), Shape({5}));
  EXPECT_EQ(count_ops(graph, "toy_dense"), 0);
  compiler::verify(graph);
}

TEST(Specialize, TakesAnOutputInTheMiddleAsLeaf) {
  const Tensor x = argument({3});
  const Tensors pair = toy_pair(x);
  const Tensor leaves[] = {pair[0], x}, roots[] = {toy_add(pair[0], pair[1])};
  const Type types[] = {{f32, {3}}, {f32, {3}}};
  const compiler::Graph graph = compiler::specialize(roots, leaves, types, {-1});
  EXPECT_EQ(graph.roots[0].node()->inputs[0].node, graph.leaves[0].node());
  EXPECT_EQ(count_ops(graph, "toy_pair"), 1) << "its other output is still computed";
}

TEST(Specialize, RefusesWhatNobodyBinds) {
  const Tensor x = argument({3});
  const Tensor roots[] = {toy_neg(x)};
  expect_error<GraphError>([&] { compiler::specialize(roots, {}, {}, {-1}); },
                           {"f32[3]", "neither computed nor bound"});
}

TEST(Verify, SeesALeafThatNobodyBinds) {
  compiler::Graph graph = graph_of({}, {});
  graph.roots = {toy_neg(argument({3}))};
  graph.replaces = {-1};
  expect_error<GraphError>([&] { compiler::verify(graph); }, {"every leaf is bound"});
}

TEST(Verify, SeesAValueKeptForItsTypeAlone) {
  const Tensor x = argument({3});
  compiler::Graph graph{{x}, {toy_zeros_like(toy_neg(x))}, {-1}};
  expect_error<GraphError>([&] { compiler::verify(graph); }, {"toy_zeros_like", "only for its type"});
}

TEST(Print, NamesLeavesValuesAndState) {
  const Tensor w = argument({2});
  const compiler::Graph graph = graph_of({w}, {toy_add(toy_dense(w), w)}, {0});
  const std::string text = compiler::to_text(graph);
  EXPECT_NE(text.find("%0 = toy_dense leaf0 : f32[2]"), std::string::npos) << text;
  EXPECT_NE(text.find("return %1 -> leaf0"), std::string::npos) << text;
  EXPECT_NE(compiler::to_dot(graph).find("n0 -> n1"), std::string::npos);
}

}  // namespace
}  // namespace luge::testing
