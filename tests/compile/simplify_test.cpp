#include <gtest/gtest.h>

#include "compile/passes.h"
#include "luge/ops/shape.h"
#include "support/graph_values.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

using compiler::Graph;

Graph simplified(const Graph& graph) {
  compiler::verify(graph);
  Graph result = compiler::simplify(graph, {});
  compiler::verify(result);
  return result;
}

TEST(Simplify, DropsIdentities) {
  const Tensor x = argument({2, 3});
  const Tensor zero = scalar(0), one = scalar(1), other = scalar(2);
  const Tensors same = {toy_add(x, zero), toy_add(zero, x),       toy_sub(x, zero),
                        toy_mul(x, one),  toy_mul(one, x),        toy_neg(toy_neg(x)),
                        toy_cast(x, f32), toy_reshape(x, {2, 3}), toy_reshape(toy_reshape(x, {6}), {2, 3})};
  const Graph graph = simplified(graph_of({x, zero, one, other}, same));
  for (std::size_t r = 0; r < same.size(); ++r) {
    EXPECT_EQ(graph.roots[r].node(), graph.leaves[0].node()) << "root " << r;
  }
  const Tensors kept = {toy_add(x, one), toy_mul(x, zero), toy_mul(x, other), toy_sub(zero, x),
                        toy_cast(x, f64)};
  const Graph rest = simplified(graph_of({x, zero, one, other}, kept));
  for (std::size_t r = 0; r < kept.size(); ++r)
    EXPECT_NE(rest.roots[r].node(), rest.leaves[0].node()) << "root " << r;
}

TEST(Simplify, KeepsWhatBroadcasts) {
  const Tensor x = argument({2, 3}), row = argument({3}), zero = scalar(0);
  const Graph graph = simplified(graph_of({x, row, zero}, {toy_add(row, toy_mul(x, zero))}));
  EXPECT_EQ(count_ops(graph, "toy_add"), 1);
}

TEST(Simplify, MergesCommonSubexpressions) {
  const Tensor x = argument({4}), y = argument({4});
  const Graph graph =
      simplified(graph_of({x, y}, {toy_add(toy_dense(x), toy_dense(x)), toy_mul(toy_dense(x), toy_dense(y)),
                                   toy_zeros_like(x), toy_zeros_like(toy_neg(y))}));
  EXPECT_EQ(count_ops(graph, "toy_dense"), 2);
  EXPECT_EQ(graph.roots[2].node(), graph.roots[3].node()) << "inputs used for their type meet by type";
}

TEST(Simplify, RespectsBarriers) {
  const Tensor x = argument({4});
  const Tensor forward = toy_dense(x), again = toy_dense(x);
  again.node()->barrier = true;
  EXPECT_EQ(count_ops(simplified(graph_of({x}, {toy_add(forward, again)})), "toy_dense"), 2);
}

TEST(Simplify, SharesNothingWithItsInput) {
  const Tensor x = argument({4});
  const Graph before = graph_of({x}, {toy_add(toy_dense(x), toy_dense(x))});
  const std::string text = compiler::to_text(before);
  simplified(before);
  EXPECT_EQ(compiler::to_text(before), text);
}

// Cubes, so that shapes tell no order from another.
TEST(Simplify, DropsTransposesThatUndoEachOther) {
  const Tensor x = argument({3, 3, 3});
  const Tensors undone = {permute(permute(x, {1, 0, 2}), {1, 0, 2}),
                          permute(permute(x, {1, 2, 0}), {2, 0, 1}),
                          permute(permute(permute(x, {1, 2, 0}), {2, 0, 1}), {0, 1, 2})};
  const Graph before = graph_of({x}, undone), after = simplified(before);
  EXPECT_EQ(count_ops(before, "transpose"), 7);
  for (std::size_t r = 0; r + 1 < undone.size(); ++r)
    EXPECT_EQ(after.roots[r].node(), after.leaves[0].node()) << "root " << r;
  EXPECT_EQ(count_ops(after, "transpose"), 1) << "one that changes no order is not looked for";
  expect_same_values(before, after);
}

TEST(Simplify, KeepsTransposesThatDoNotUndoEachOther) {
  const Tensor x = argument({3, 3, 3}), flat = argument({2, 3});
  const Tensor half = permute(x, {0, 2, 1});
  const Tensors kept = {permute(permute(x, {1, 2, 0}), {1, 2, 0}), permute(permute(x, {1, 0, 2}), {2, 1, 0}),
                        toy_neg(half), permute(toy_neg(half), {0, 2, 1}), permute(flat, {1, 0})};
  const Graph before = graph_of({x, flat}, kept), after = simplified(before);
  EXPECT_EQ(count_ops(before, "transpose"), 7);
  EXPECT_EQ(count_ops(after, "transpose"), 7);
  expect_same_values(before, after);
}

TEST(Simplify, OneTransposeOfTwoStaysForWhoeverReadsIt) {
  const Tensor x = argument({2, 3});
  const Tensor turned = permute(x, {1, 0});
  const Graph before = graph_of({x}, {permute(turned, {1, 0}), toy_neg(turned)}), after = simplified(before);
  EXPECT_EQ(after.roots[0].node(), after.leaves[0].node());
  EXPECT_EQ(count_ops(after, "transpose"), 1);
  expect_same_values(before, after);
}

// What an op says of itself: a broadcast or a sum to a type that its input has already.
TEST(Simplify, DropsWhatIsTheIdentityAtTheSameType) {
  const Tensor x = argument({unknown, 3}), like = argument({unknown, 3}), row = argument({1, 3});
  const Tensor leaves[] = {x, like, row};
  const Tensor roots[] = {sum_like(x, like),         broadcast_like(x, like),
                          reshape_like(x, like),     broadcast_to(x, {unknown, 3}),
                          broadcast_like(row, like), sum_like(x, row)};
  const Type types[] = {{f32, {2, 3}}, {f32, {2, 3}}, {f32, {1, 3}}};
  const Graph before = compiler::specialize(roots, leaves, types, std::vector<int>(6, -1));
  const Graph after = simplified(before);
  for (std::size_t r = 0; r < 4; ++r)
    EXPECT_EQ(after.roots[r].node(), after.leaves[0].node()) << "root " << r;
  EXPECT_EQ(count_ops(after, "broadcast_like"), 1);
  EXPECT_EQ(count_ops(after, "sum_like"), 1);
  expect_same_values(before, after);
}

}  // namespace
}  // namespace luge::testing
