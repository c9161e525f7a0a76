// The network ops against PyTorch's values and gradients, which tests/golden/make_nn.py wrote down. The rows
// of cases/ hold the op against everything else.
#include <gtest/gtest.h>

#include <map>

#include "luge/ops/linalg.h"
#include "luge/ops/nn.h"
#include "support/golden.h"

namespace luge {
namespace {

using T = const Tensor&;
using Build = std::function<Tensor(const Tensors&)>;

Build product(MatmulOptions options) {
  return [options](const Tensors& in) {
    return matmul(in[0], in[1], in.size() > 2 ? in[2] : Tensor(), options);
  };
}
Build conv(Tensor (*f)(T, T, T, const ConvOptions&), ConvOptions options) {
  return [=](const Tensors& in) { return f(in[0], in[1], in.size() > 2 ? in[2] : Tensor(), options); };
}
Build pool(Tensor (*f)(T, const PoolOptions&), PoolOptions options) {
  return [=](const Tensors& in) { return f(in[0], options); };
}
Build entropy(CrossEntropyOptions options) {
  return [=](const Tensors& in) { return softmax_cross_entropy(in[0], in[1], options); };
}

const std::map<std::string, Build>& rows() {
  static const std::map<std::string, Build> table = {
      {"matmul", product({})},
      {"matmul/transpose a", product({.transpose_a = true})},
      {"matmul/transpose b", product({.transpose_b = true})},
      {"matmul/transpose both", product({.transpose_a = true, .transpose_b = true})},
      {"matmul/bias", product({})},
      {"matmul/vectors", product({})},
      {"linear", [](const Tensors& in) { return linear(in[0], in[1], in[2]); }},
      {"dot", [](const Tensors& in) { return dot(in[0], in[1]); }},
      {"outer", [](const Tensors& in) { return outer(in[0], in[1]); }},
      {"conv1d", conv(conv1d, {})},
      {"conv2d", conv(conv2d, {})},
      {"conv2d/same", conv(conv2d, {.padding = PaddingMode::same})},
      {"conv2d/same, stride 2", conv(conv2d, {.stride = 2, .padding = PaddingMode::same})},
      {"conv2d/full", conv(conv2d, {.padding = PaddingMode::full})},
      {"conv2d/asymmetric", conv(conv2d, {.stride = {2, 1}, .padding = {{0, 1}, {2, 3}}})},
      {"conv2d/dilation", conv(conv2d, {.dilation = {2, 1}, .padding = 1})},
      {"conv2d/groups", conv(conv2d, {.padding = 1, .groups = 2})},
      {"conv2d/depthwise", conv(conv2d, {.groups = 3})},
      {"conv3d", conv(conv3d, {.stride = {1, 2, 1}, .padding = 1})},
      {"max_pool1d", pool(max_pool1d, {.kernel = 3, .stride = 2})},
      {"max_pool2d", pool(max_pool2d, {})},
      {"max_pool2d/overlapping", pool(max_pool2d, {.kernel = {3, 2}, .stride = 1})},
      {"max_pool2d/padded", pool(max_pool2d, {.kernel = 3, .stride = 2, .padding = 1})},
      {"max_pool2d/ceil", pool(max_pool2d, {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true})},
      {"max_pool2d/dilation", pool(max_pool2d, {.kernel = 2, .stride = 1, .dilation = 2})},
      {"max_pool2d/many taps", pool(max_pool2d, {.kernel = 17, .stride = 1})},
      {"max_pool3d", pool(max_pool3d, {.kernel = 2, .stride = {2, 1, 2}})},
      {"avg_pool1d", pool(avg_pool1d, {.kernel = 3, .stride = 2})},
      {"avg_pool2d", pool(avg_pool2d, {})},
      {"avg_pool2d/overlapping", pool(avg_pool2d, {.kernel = {3, 2}, .stride = 1})},
      {"avg_pool2d/padded", pool(avg_pool2d, {.kernel = 3, .stride = 2, .padding = 1})},
      {"avg_pool2d/ceil", pool(avg_pool2d, {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true})},
      {"avg_pool2d/include pad",
       pool(avg_pool2d, {.kernel = 3, .stride = 2, .padding = 1, .count_include_pad = true})},
      {"avg_pool2d/include pad, ceil",
       pool(avg_pool2d,
            {.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = true})},
      {"avg_pool3d", pool(avg_pool3d, {.kernel = 2, .stride = {2, 1, 2}})},
      {"softmax", [](const Tensors& in) { return softmax(in[0]); }},
      {"softmax/axis 1", [](const Tensors& in) { return softmax(in[0], 1); }},
      {"log_softmax", [](const Tensors& in) { return log_softmax(in[0]); }},
      {"log_softmax/axis 1", [](const Tensors& in) { return log_softmax(in[0], 1); }},
      {"softplus", [](const Tensors& in) { return softplus(in[0]); }},
      {"softmax_cross_entropy", entropy({})},
      {"softmax_cross_entropy/axis 1", entropy({.axis = 1})},
      {"softmax_cross_entropy/smoothed", entropy({.label_smoothing = 0.1})},
      {"softmax_cross_entropy/ignored", entropy({.ignore_index = 2})},
      {"softmax_cross_entropy/probabilities", entropy({})},
      {"softmax_cross_entropy/smoothed probabilities", entropy({.label_smoothing = 0.2})},
      {"binary_cross_entropy_with_logits",
       [](const Tensors& in) { return binary_cross_entropy_with_logits(in[0], in[1]); }},
      {"binary_cross_entropy", [](const Tensors& in) { return binary_cross_entropy(in[0], in[1]); }},
  };
  return table;
}

const std::vector<testing::Golden>& goldens() {
  static const std::vector<testing::Golden> all = testing::read_goldens("nn.safetensors");
  return all;
}

TEST(NnGolden, EveryRowHasValuesAndEveryValueARow) {
  std::map<std::string, int> met;
  for (const testing::Golden& golden : goldens()) ++met[golden.row];
  for (const auto& [name, build] : rows()) EXPECT_TRUE(met.contains(name)) << name;
  for (const auto& [name, count] : met) EXPECT_TRUE(rows().contains(name)) << name;
}

TEST(NnGolden, ValuesAndGradientsArePyTorchs) {
  for (const testing::Golden& golden : goldens()) {
    ASSERT_TRUE(testing::has_gradients(golden)) << golden.row;
    testing::expect_golden(golden, [&](const Tensors& in) { return Tensors{rows().at(golden.row)(in)}; });
  }
}

}  // namespace
}  // namespace luge
