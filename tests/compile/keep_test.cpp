#include "compile/keep.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compile/passes.h"
#include "luge/compile.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/norm.h"
#include "luge/nn/residual.h"
#include "luge/nn/sequential.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "runtime/program_cache.h"
#include "support/run_graph.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

using compiler::Graph;
using compiler::KeptParts;

Tensor read(const Shape& shape) { return read_leaf(nullptr, {f32, shape}, false, Tensor()); }

std::ptrdiff_t ops_in(const Graph& graph) {
  const std::vector<Node*> nodes = topological(graph.roots);
  return std::count_if(nodes.begin(), nodes.end(), [](const Node* node) { return node->leaf == Leaf::none; });
}

TEST(Keep, KeepsWhatDependsOnVariablesAlone) {
  const Tensor x = argument_leaf({f32, {2, 3}}, "x"), w = read({3, 4}), s = read({4});
  const Graph graph{{x, w, s}, {matmul(x, w * exp(s)) + s}, {-1}};
  const auto parts = compiler::keep(graph);
  ASSERT_TRUE(parts);
  compiler::verify(parts->before);
  compiler::verify(parts->after);
  EXPECT_EQ(ops_in(parts->before), 2);
  EXPECT_EQ(ops_in(parts->after), 2);
  EXPECT_EQ(parts->leaves, (std::vector<int>{1, 2}));
  EXPECT_EQ(parts->after.leaves.size(), 4u);
  EXPECT_EQ(parts->before.roots[0].shape(), (Shape{3, 4}));
}

TEST(Keep, RearrangingStaysBehind) {
  const Tensor x = argument_leaf({f32, {2, 3}}, "x"), w = read({12});
  const Graph plain{{x, w}, {matmul(x, reshape(w, {3, 4}))}, {-1}};
  EXPECT_FALSE(compiler::keep(plain));
  const Graph graph{{x, w}, {matmul(x, reshape(exp(w), {3, 4}))}, {-1}};
  const auto parts = compiler::keep(graph);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->before.roots[0].shape(), (Shape{12}));
  EXPECT_EQ(ops_in(parts->after), 2);
}

TEST(Keep, NothingWhereVariablesChangeOrAreTheResult) {
  const Tensor x = argument_leaf({f32, {4}}, "x"), w = read({4});
  EXPECT_FALSE(compiler::keep({{x, w}, {x * exp(w), w + 1}, {-1, 1}}));
  EXPECT_FALSE(compiler::keep({{w}, {exp(w)}, {-1}}));
  EXPECT_FALSE(compiler::keep({{x, w}, {exp(x) * w}, {-1}}));
}

// And layer by layer: at no time is there a second, public copy of them all.
TEST(Keep, WritesWhatItKeepsTheWayItIsRead) {
  const Tensor x = argument_leaf({f32, {1, 32, 14, 14}}, "x");
  Graph graph{{x}, {x}, {-1}};
  for (int k = 0; k < 4; ++k) {
    const Tensor w = read({32, 32, 3, 3});
    graph.leaves.push_back(w);
    graph.roots[0] = conv2d(graph.roots[0], exp(w));
  }
  const auto program = compiler::compile(graph, {.math = Math::strict, .disabled = {}});
  const Program& before = *program->kept.program;
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

std::ptrdiff_t count(const Graph& graph, std::string_view name) {
  const std::vector<Node*> nodes = topological(graph.roots);
  return std::count_if(nodes.begin(), nodes.end(),
                       [&](const Node* node) { return node->op && node->op->name() == name; });
}

TEST(FoldNorm, OnlyBehindAConvolutionThatNobodyElseReads) {
  const Tensor x = argument_leaf({f32, {1, 2, 5, 5}}, "x"), w = read({3, 2, 3, 3}), c = read({3});
  const Tensor d = read({2}), y = conv2d(x, w), n = batch_norm_inference(y, c, c, c, c);
  const auto left = [](const Graph& graph) {
    return count(compiler::fold_norm(graph, {}), "batch_norm_inference");
  };
  EXPECT_EQ(left({{x, w, c}, {n}, {-1}}), 0);
  EXPECT_EQ(left({{x, w, c}, {n, y}, {-1, -1}}), 1);
  EXPECT_EQ(left({{x, w, c}, {n, c + 1}, {-1, 2}}), 1);
  EXPECT_EQ(left({{x, w, c}, {batch_norm_inference(x, d, d, d, d)}, {-1}}), 1);
}

nn::Sequential network() {
  using namespace nn;
  return sequential(
      Conv2d(16, {.padding = same, .bias = false}), BatchNorm(), Relu(),
      Residual(sequential(Conv2d(16, {.padding = same}), BatchNorm(), LeakyRelu(0.1),
                          Conv2d(16, {.padding = same, .groups = 4, .bias = false}), BatchNorm())),
      Relu6());
}

void expect_close(const Tensor& a, const std::vector<double>& b) {
  EXPECT_LE(distance(a.to_vector<double>(), b), 2e-5);
}

// The layers one by one, each evaluated for itself.
std::vector<double> unfolded(const nn::Sequential& net, const Tensor& x) {
  Tensor y = x;
  for (const auto& [name, layer] : net.children()) {
    if (name == "residual1") {
      Tensor body = y;
      for (const auto& [inner, part] : layer->children()[0].second->children()) {
        body = (*part)(body);
        eval({body});
      }
      y = body + y;
    } else {
      y = (*layer)(y);
    }
    eval({y});
  }
  return y.to_vector<double>();
}

// Folded weights are computed once, and again whenever a Variable they come from has changed: assigned, moved
// by a batch in train mode, or overwritten in place by a compiled step.
TEST(FoldNorm, FollowsTheVariables) {
  random::seed(2);
  const nn::Sequential net = network();
  const Tensor x = random::normal({2, 3, 6, 5});
  net(x).to_vector<float>();
  net.set_training(false);
  auto infer = compile([&](const Tensor& in) { return net(in); });
  const auto first = unfolded(net, x);
  expect_close(infer(x), first);
  expect_close(net(x), first);
  EXPECT_NE(infer.explain(x).find("kept while the Variables stay"), std::string::npos);

  Variable scale = net.named_parameters()[1].variable;
  EXPECT_EQ(scale.name(), "batchnorm1.weight");
  scale.assign(scale.value() * 3);
  const auto second = unfolded(net, x);
  EXPECT_NE(first, second);
  expect_close(infer(x), second);

  net.set_training(true);
  net(x * 2 + 1).to_vector<float>();
  for (const auto& buffer : net.named_buffers()) eval({buffer.variable.value()});
  net.set_training(false);
  const auto third = unfolded(net, x);
  EXPECT_NE(second, third);
  expect_close(infer(x), third);
  expect_close(infer(x), third);

  auto shrink = compile([&](const Tensor& by) {
    for (Variable v : net.parameters()) v.assign(v.value() * by);
    return by;
  });
  shrink(tensor<float>({0.5}, {1})).to_vector<float>();
  const auto fourth = unfolded(net, x);
  EXPECT_NE(third, fourth);
  expect_close(infer(x), fourth);
  // Another batch shares what was computed; the first one still finds it.
  expect_close(infer(concat({x, x})), unfolded(net, concat({x, x})));
  expect_close(infer(x), fourth);
}

}  // namespace
}  // namespace luge::testing
