#include <gtest/gtest.h>

#include "compile/pipeline.h"
#include "luge/compile.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/norm.h"
#include "luge/nn/residual.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/random.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "support/graph_values.h"
#include "support/run_graph.h"

namespace luge::testing {
namespace {

using compiler::Graph;

Tensor read(const Shape& shape) { return read_leaf(nullptr, {f32, shape}, false, Tensor()); }

struct Net {
  const Tensor x = argument_leaf({f32, {1, 2, 5, 5}}, "x"), w = read({3, 2, 3, 3}), b = read({3}),
               scale = read({3}), shift = read({3}), mean = read({3}), variance = read({3});
  Tensors leaves() const { return {x, w, b, scale, shift, mean, variance}; }
  Tensor norm(const Tensor& y) const { return batch_norm_inference(y, scale, shift, mean, variance); }
};

int norms_left(const Graph& graph) {
  const Graph after = compiler::run_pass("conv_norm", graph, {});
  compiler::verify(after);
  return count_ops(after, "batch_norm_inference");
}

TEST(ConvNorm, GivesTheConvolutionOtherWeights) {
  const Net net;
  for (const Tensor& y : {conv2d(net.x, net.w, net.b), conv2d(net.x, net.w)}) {
    const Graph before{net.leaves(), {net.norm(y)}, {-1}};
    const Graph after = compiler::run_pass("conv_norm", before, {});
    compiler::verify(after);
    EXPECT_EQ(count_ops(before, "batch_norm_inference"), 1);
    EXPECT_EQ(count_ops(after, "batch_norm_inference"), 0);
    const Node& conv = *after.roots[0].node();
    ASSERT_EQ(conv.op->name(), "conv");
    ASSERT_EQ(conv.inputs.size(), 3u) << "the shift is a bias";
    EXPECT_EQ(conv.inputs[0].node, after.leaves[0].node());
    EXPECT_EQ(conv.inputs[1].node->leaf, Leaf::none) << "weights that are computed";
    const auto positive_variance = [](std::size_t leaf, std::int64_t element) {
      const double number = some_number(leaf, element);
      return leaf == 6 ? number * number + 0.5 : number;
    };
    expect_same_values(before, after, 1e-5, positive_variance);
  }
}

TEST(ConvNorm, OnlyAfterAConvolutionThatNobodyElseReads) {
  const Net net;
  const Tensor y = conv2d(net.x, net.w, net.b), n = net.norm(y), d = read({2}),
               z = argument_leaf({f32, {3}}, "z");
  const Tensors leaves = net.leaves();
  EXPECT_EQ(norms_left({leaves, {n}, {-1}}), 0);
  EXPECT_EQ(norms_left({leaves, {n, y}, {-1, -1}}), 1);
  EXPECT_EQ(norms_left({leaves, {n, net.mean + 1}, {-1, 5}}), 1) << "a run changes a statistic";
  EXPECT_EQ(norms_left({{net.x, d}, {batch_norm_inference(net.x, d, d, d, d)}, {-1}}), 1);
  Tensors more = leaves;
  more.push_back(z);
  const Tensor given = batch_norm_inference(y, z, net.shift, net.mean, net.variance);
  EXPECT_EQ(norms_left({more, {given}, {-1}}), 1) << "a scale that is no Variable";
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
std::vector<double> apart(const nn::Sequential& net, const Tensor& x) {
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

// The weights are computed once, and again whenever a Variable they come from has changed: assigned, moved
// by a batch in train mode, or overwritten in place by a compiled step.
TEST(ConvNorm, FollowsTheVariables) {
  random::seed(2);
  const nn::Sequential net = network();
  const Tensor x = random::normal({2, 3, 6, 5});
  net(x).to_vector<float>();
  net.set_training(false);
  auto infer = compile([&](const Tensor& in) { return net(in); });
  const auto first = apart(net, x);
  expect_close(infer(x), first);
  expect_close(net(x), first);
  EXPECT_NE(infer.explain(x).find("kept while the Variables stay"), std::string::npos);

  Variable scale = net.named_parameters()[1].variable;
  EXPECT_EQ(scale.name(), "batchnorm1.weight");
  scale.assign(scale.value() * 3);
  const auto second = apart(net, x);
  EXPECT_NE(first, second);
  expect_close(infer(x), second);

  net.set_training(true);
  net(x * 2 + 1).to_vector<float>();
  for (const auto& buffer : net.named_buffers()) eval({buffer.variable.value()});
  net.set_training(false);
  const auto third = apart(net, x);
  EXPECT_NE(second, third);
  expect_close(infer(x), third);
  expect_close(infer(x), third);

  auto shrink = compile([&](const Tensor& by) {
    for (Variable v : net.parameters()) v.assign(v.value() * by);
    return by;
  });
  shrink(tensor<float>({0.5}, {1})).to_vector<float>();
  const auto fourth = apart(net, x);
  EXPECT_NE(third, fourth);
  expect_close(infer(x), fourth);
  // Another batch shares what was computed; the first one still finds it.
  expect_close(infer(concat({x, x})), apart(net, concat({x, x})));
  expect_close(infer(x), fourth);
}

}  // namespace
}  // namespace luge::testing
