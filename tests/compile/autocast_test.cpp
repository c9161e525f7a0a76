#include <gtest/gtest.h>

#include <algorithm>

#include "compile/passes.h"
#include "luge/autodiff.h"
#include "luge/ops/linalg.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/normalization.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "support/fake_backend.h"
#include "support/toy_ops.h"

namespace luge::testing {
namespace {

compiler::Options narrow_options() {
  compiler::Options options{.backend = &reference_backend(), .disabled = {}};
  options.precision = Precision::bf16;
  options.always_bf16 = true;
  return options;
}

compiler::Graph autocast(const compiler::Graph& graph) {
  const compiler::Graph result = compiler::autocast(graph, narrow_options());
  compiler::verify(result);
  return result;
}

std::vector<const Node*> nodes_named(const compiler::Graph& graph, std::string_view name) {
  std::vector<const Node*> found;
  for (const Node* node : topological(graph.roots)) {
    if (node->leaf == Leaf::none && node->op->name() == name) found.push_back(node);
  }
  return found;
}

std::vector<DType> dtypes(const Node& node) {
  std::vector<DType> result;
  for (std::size_t k = 0; k < node.inputs.size(); ++k) result.push_back(input_of(node, k).dtype());
  for (const Output& output : node.outputs) result.push_back(output.type.dtype);
  return result;
}

// A convolution, a pool, a layer after it and their updates.
compiler::Graph training_step() {
  const Tensor x = argument({2, 3, 6, 6}), labels = argument_leaf({i64, {2}}, "labels");
  Tensors state;
  for (const Shape& shape : {Shape{4, 3, 3, 3}, Shape{4}, Shape{5, 36}, Shape{5}})
    state.push_back(argument_leaf({f32, shape}, "w"));
  const Tensor image = relu(conv2d(x, state[0], state[1], {.padding = PaddingMode::same}));
  const Tensor logits = linear(flatten(max_pool2d(image, {.kernel = 2}), 1), state[2], state[3]);
  const Tensor loss = mean(softmax_cross_entropy(logits, labels));
  const Tensors gradients = grad(loss, state);
  Tensors leaves = {x, labels}, roots = {loss};
  std::vector<int> replaces = {-1};
  for (std::size_t k = 0; k < state.size(); ++k) {
    leaves.push_back(state[k]);
    roots.push_back(state[k] - 0.1 * gradients[k]);
    replaces.push_back(static_cast<int>(k) + 2);
  }
  return graph_of(leaves, roots, replaces);
}

TEST(Autocast, ChangesNothingUnlessAskedTo) {
  const compiler::Graph graph = training_step();
  compiler::Options options = narrow_options();
  options.precision = Precision::f32;
  EXPECT_EQ(compiler::to_text(compiler::autocast(graph, options)), compiler::to_text(graph));
}

TEST(Autocast, ProductsTakeBfloat16AndWhatLeavesTheStepIsFloat32) {
  const compiler::Graph graph = autocast(training_step());
  for (const Tensor& root : graph.roots) EXPECT_EQ(root.dtype(), f32);
  for (const Tensor& leaf : graph.leaves) EXPECT_NE(leaf.dtype(), bf16);

  const auto conv = nodes_named(graph, "conv");
  ASSERT_EQ(conv.size(), 1u);
  EXPECT_EQ(dtypes(*conv[0]), (std::vector<DType>{bf16, bf16, f32, bf16}));  // the bias stays
  const auto weights = nodes_named(graph, "conv_backward_weights");
  ASSERT_EQ(weights.size(), 1u);
  EXPECT_EQ(dtypes(*weights[0]), (std::vector<DType>{bf16, bf16, f32, f32, f32}));
  EXPECT_TRUE(nodes_named(graph, "conv_backward_data").empty());

  // Logits and the weights' gradient are float32 at once; the image's gradient goes on in bfloat16.
  std::vector<std::vector<DType>> products;
  for (const Node* node : nodes_named(graph, "matmul")) products.push_back(dtypes(*node));
  std::sort(products.begin(), products.end());
  const std::vector<std::vector<DType>> expected = {
      {bf16, bf16, f32}, {bf16, bf16, f32, f32}, {bf16, bf16, bf16}};
  EXPECT_TRUE(std::is_permutation(products.begin(), products.end(), expected.begin(), expected.end()));
}

TEST(Autocast, WhatLiesBetweenProductsIsBfloat16AndLossesAndReductionsAreNot) {
  const compiler::Graph graph = autocast(training_step());
  for (const char* name : {"relu", "max_pool", "max_pool_backward", "relu_mask"}) {
    const auto nodes = nodes_named(graph, name);
    ASSERT_EQ(nodes.size(), 1u) << name;
    EXPECT_EQ(nodes[0]->outputs[0].type.dtype, bf16) << name;
  }
  for (const char* name : {"softmax_cross_entropy", "softmax_cross_entropy_backward", "sum_like", "sub"}) {
    const auto nodes = nodes_named(graph, name);
    ASSERT_FALSE(nodes.empty()) << name;
    for (const Node* node : nodes) {
      const std::vector<DType> all = dtypes(*node);
      EXPECT_EQ(std::count(all.begin(), all.end(), bf16), 0) << name;
    }
  }
}

TEST(Autocast, AWeightIsConvertedOnce) {
  const Tensor w = argument({4, 4}), a = argument({3, 4}), b = argument({3, 4});
  const compiler::Graph graph = autocast(graph_of({w, a, b}, {matmul(a, w), matmul(b, w)}));
  EXPECT_EQ(nodes_named(graph, "cast").size(), 3u);
}

TEST(Autocast, NumbersKeepTheirDigits) {
  const Tensor a = argument({3, 4}), b = argument({4, 4});
  const Tensor y = matmul(matmul(a, b) * 0.1, b);
  const compiler::Graph graph = autocast(graph_of({a, b}, {y}));
  const auto products = nodes_named(graph, "mul");
  ASSERT_EQ(products.size(), 1u);
  EXPECT_EQ(dtypes(*products[0]), (std::vector<DType>{f32, f32, f32}));
}

TEST(Autocast, OtherDtypesAreTheUsers) {
  const Tensor a = argument({3, 4}, f64), b = argument({4, 4}, f64), c = argument({3, 4}, bf16),
               d = argument({4, 4}, bf16), e = argument({3, 4}, i32), f = argument({4, 4}, i32);
  const compiler::Graph before =
      graph_of({a, b, c, d, e, f}, {matmul(a, b), relu(matmul(c, d)), matmul(e, f)});
  const compiler::Graph after = autocast(before);
  EXPECT_EQ(compiler::to_text(after), compiler::to_text(before));
}

// What a backend with a price for products of each dtype multiplies; below 0: refused.
DType dtype_multiplied(double in_f32, double in_bf16) {
  FakeBackend backend;
  backend.add("matmul", "products", [=](const KernelRequest& r) {
    const double cost = r.in[0].dtype == bf16 ? in_bf16 : in_f32;
    return cost < 0 ? refuse("not this dtype") : fake_offer({}, {}, cost);
  });
  compiler::Options options{.backend = &backend, .disabled = {}};
  options.precision = Precision::bf16;
  const Tensor a = argument({3, 4}), b = argument({4, 4});
  const compiler::Graph graph = compiler::autocast(graph_of({a, b}, {matmul(a, b)}), options);
  return dtypes(*nodes_named(graph, "matmul").at(0))[0];
}

TEST(Autocast, TakesWhatIsFasterConversionsIncluded) {
  EXPECT_EQ(dtype_multiplied(1e-3, 1e-4), bf16);
  EXPECT_EQ(dtype_multiplied(1e-4, 1e-3), f32);
  EXPECT_EQ(dtype_multiplied(1e-7, 5e-8), f32);  // two conversions cost more than that saves
  EXPECT_EQ(dtype_multiplied(1e-3, -1), f32);
  EXPECT_EQ(dtype_multiplied(-1, 1e-3), bf16);
}

// What the first of two products multiplies when a norm lies between them.
DType dtype_before_norm(bool norm_has_kernel) {
  FakeBackend backend;
  backend.add("matmul", "products", [](const KernelRequest& r) {
    return fake_offer({}, {}, r.in[0].dtype == bf16 ? 4e-4 : 1e-3);
  });
  if (norm_has_kernel) backend.add("layer_norm", "rows", [](const KernelRequest&) { return fake_offer(); });
  compiler::Options options{.backend = &backend, .disabled = {}};
  options.precision = Precision::bf16;
  const Tensor x = argument({65536, 4}), first = argument({4, 16}), second = argument({16, 4}), scale = argument({16});
  const Tensor y = matmul(layer_norm(matmul(x, first), scale), second);
  const compiler::Graph graph = compiler::autocast(graph_of({x, first, second, scale}, {y}), options);
  return dtypes(*nodes_named(graph, "matmul").at(0))[0];
}

TEST(Autocast, CountsWhatAKernelAfterwardsPaysToReadBfloat16) {
  EXPECT_EQ(dtype_before_norm(false), bf16);  // elementwise loops widen on their way
  EXPECT_EQ(dtype_before_norm(true), f32);
}

}  // namespace
}  // namespace luge::testing
