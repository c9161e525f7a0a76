#include "compile/graph.h"

#include <gtest/gtest.h>

#include "compile/passes.h"
#include "support/errors.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

int count(const compiler::Graph& graph, std::string_view op) {
  int found = 0;
  for (const Node* node : topological(graph.roots)) found += node->op && node->op->name() == op;
  return found;
}

compiler::Graph simplified(const compiler::Graph& graph) {
  compiler::verify(graph);
  compiler::Graph result = compiler::simplify(graph, {});
  compiler::verify(result);
  return result;
}

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
  EXPECT_EQ(count(graph, "toy_dense"), 0);
  compiler::verify(graph);
}

TEST(Specialize, TakesAnOutputInTheMiddleAsLeaf) {
  const Tensor x = argument({3});
  const Tensors pair = toy_pair(x);
  const Tensor leaves[] = {pair[0], x}, roots[] = {toy_add(pair[0], pair[1])};
  const Type types[] = {{f32, {3}}, {f32, {3}}};
  const compiler::Graph graph = compiler::specialize(roots, leaves, types, {-1});
  EXPECT_EQ(graph.roots[0].node()->inputs[0].node, graph.leaves[0].node());
  EXPECT_EQ(count(graph, "toy_pair"), 1) << "its other output is still computed";
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

TEST(Simplify, DropsIdentities) {
  const Tensor x = argument({2, 3});
  const Tensor zero = scalar(0), one = scalar(1), other = scalar(2);
  const Tensors same = {toy_add(x, zero), toy_add(zero, x),       toy_sub(x, zero),
                        toy_mul(x, one),  toy_mul(one, x),        toy_neg(toy_neg(x)),
                        toy_cast(x, f32), toy_reshape(x, {2, 3}), toy_reshape(toy_reshape(x, {6}), {2, 3})};
  const compiler::Graph graph = simplified(graph_of({x, zero, one, other}, same));
  for (std::size_t r = 0; r < same.size(); ++r) {
    EXPECT_EQ(graph.roots[r].node(), graph.leaves[0].node()) << "root " << r;
  }
  const Tensors kept = {toy_add(x, one), toy_mul(x, zero), toy_mul(x, other), toy_sub(zero, x),
                        toy_cast(x, f64)};
  const compiler::Graph rest = simplified(graph_of({x, zero, one, other}, kept));
  for (std::size_t r = 0; r < kept.size(); ++r)
    EXPECT_NE(rest.roots[r].node(), rest.leaves[0].node()) << "root " << r;
}

TEST(Simplify, KeepsWhatBroadcasts) {
  const Tensor x = argument({2, 3}), row = argument({3}), zero = scalar(0);
  const compiler::Graph graph = simplified(graph_of({x, row, zero}, {toy_add(row, toy_mul(x, zero))}));
  EXPECT_EQ(count(graph, "toy_add"), 1);
}

TEST(Simplify, MergesCommonSubexpressions) {
  const Tensor x = argument({4}), y = argument({4});
  const compiler::Graph graph =
      simplified(graph_of({x, y}, {toy_add(toy_dense(x), toy_dense(x)), toy_mul(toy_dense(x), toy_dense(y)),
                                   toy_zeros_like(x), toy_zeros_like(toy_neg(y))}));
  EXPECT_EQ(count(graph, "toy_dense"), 2);
  EXPECT_EQ(graph.roots[2].node(), graph.roots[3].node()) << "inputs used for their type meet by type";
}

TEST(Simplify, RespectsBarriers) {
  const Tensor x = argument({4});
  const Tensor forward = toy_dense(x), again = toy_dense(x);
  again.node()->barrier = true;
  EXPECT_EQ(count(simplified(graph_of({x}, {toy_add(forward, again)})), "toy_dense"), 2);
}

TEST(Simplify, SharesNothingWithItsInput) {
  const Tensor x = argument({4});
  const compiler::Graph before = graph_of({x}, {toy_add(toy_dense(x), toy_dense(x))});
  const std::string text = compiler::to_text(before);
  simplified(before);
  EXPECT_EQ(compiler::to_text(before), text);
}

}  // namespace
}  // namespace luge::testing
