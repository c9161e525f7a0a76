#include "compile/prepack.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compile/pipeline.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/shape.h"

namespace luge::testing {
namespace {

using compiler::Graph;

Tensor read(const Shape& shape) { return read_leaf(nullptr, {f32, shape}, false, Tensor()); }

std::ptrdiff_t ops_in(const Graph& graph) {
  const std::vector<Node*> nodes = topological(graph.roots);
  return std::count_if(nodes.begin(), nodes.end(), [](const Node* node) { return node->leaf == Leaf::none; });
}

TEST(Prepack, KeepsWhatDependsOnVariablesAlone) {
  const Tensor x = argument_leaf({f32, {2, 3}}, "x"), w = read({3, 4}), s = read({4});
  const Graph graph{{x, w, s}, {matmul(x, w * exp(s)) + s}, {-1}};
  const auto parts = compiler::prepack(graph);
  ASSERT_TRUE(parts);
  compiler::verify(parts->before);
  compiler::verify(parts->after);
  EXPECT_EQ(ops_in(parts->before), 2);
  EXPECT_EQ(ops_in(parts->after), 2);
  EXPECT_EQ(parts->leaves, (std::vector<int>{1, 2}));
  EXPECT_EQ(parts->after.leaves.size(), 4u);
  EXPECT_EQ(parts->before.roots[0].shape(), (Shape{3, 4}));
}

TEST(Prepack, RearrangingStaysBehind) {
  const Tensor x = argument_leaf({f32, {2, 3}}, "x"), w = read({12});
  const Graph plain{{x, w}, {matmul(x, reshape(w, {3, 4}))}, {-1}};
  EXPECT_FALSE(compiler::prepack(plain));
  const Graph graph{{x, w}, {matmul(x, reshape(exp(w), {3, 4}))}, {-1}};
  const auto parts = compiler::prepack(graph);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->before.roots[0].shape(), (Shape{12}));
  EXPECT_EQ(ops_in(parts->after), 2);
}

TEST(Prepack, NothingWhereVariablesChangeOrAreTheResult) {
  const Tensor x = argument_leaf({f32, {4}}, "x"), w = read({4});
  EXPECT_FALSE(compiler::prepack({{x, w}, {x * exp(w), w + 1}, {-1, 1}}));
  EXPECT_FALSE(compiler::prepack({{w}, {exp(w)}, {-1}}));
  EXPECT_FALSE(compiler::prepack({{x, w}, {exp(x) * w}, {-1}}));
}

// And layer by layer: at no time is there a second, public copy of them all.
TEST(Prepack, WritesWhatItKeepsTheWayItIsRead) {
  const Tensor x = argument_leaf({f32, {1, 32, 14, 14}}, "x");
  Graph graph{{x}, {x}, {-1}};
  for (int k = 0; k < 4; ++k) {
    const Tensor w = read({32, 32, 3, 3});
    graph.leaves.push_back(w);
    graph.roots[0] = conv2d(graph.roots[0], exp(w));
  }
  const auto program = compiler::compile(graph, {.math = Math::strict, .disabled = {}});
  const Program& before = *program->prepack.program;
  ASSERT_EQ(before.roots.size(), 4u);
  const std::size_t first = program->inputs.size() - before.roots.size();
  std::size_t packed = 0;
  for (std::size_t r = 0; r < before.roots.size(); ++r) {
    const LayoutId made = before.values[static_cast<std::size_t>(before.roots[r])].layout;
    EXPECT_EQ(made, program->values[static_cast<std::size_t>(program->inputs[first + r])].layout);
    packed += made == public_layout ? 0 : 1;
  }
  const std::size_t bytes = cpu_backend().bytes(public_layout, {f32, {32, 32, 3, 3}});
  EXPECT_EQ(packed, 4u);
  EXPECT_LT(before.arena_bytes, 2 * bytes);
}

}  // namespace
}  // namespace luge::testing
