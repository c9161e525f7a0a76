// What every layer keeps to, one row a layer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <functional>

#include "graph/node.h"
#include "luge/autodiff.h"
#include "luge/gradient_check.h"
#include "luge/nn/activation.h"
#include "luge/nn/attention.h"
#include "luge/nn/conv.h"
#include "luge/nn/dropout.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/norm.h"
#include "luge/nn/pool.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/residual.h"
#include "luge/nn/sequential.h"
#include "luge/nn/summary.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"

namespace luge::nn {
namespace {

struct Row {
  std::string name;
  std::function<Model()> make;
  Shape input;   // of one sample
  Shape output;  // of one sample
  std::int64_t parameters = 0;
  bool differs_in_training = false;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const Row rows[] = {
    {"Linear", [] { return Linear(4); }, {3}, {4}, 16},
    {"LinearWithoutBias", [] { return Linear(4, {.bias = false}); }, {2, 3}, {2, 4}, 12},
    {"Conv1d", [] { return Conv1d(4); }, {3, 7}, {4, 5}, 40},
    {"Conv2d",
     [] {
       return Conv2d(4, {.kernel = {3, 2}, .stride = 2, .padding = same});
     },
     {3, 7, 5},
     {4, 4, 3},
     76},
    {"Conv2dGroups",
     [] { return Conv2d(4, {.kernel = 2, .dilation = 2, .groups = 2, .bias = false}); },
     {2, 5, 5},
     {4, 3, 3},
     16},
    {"Conv3d", [] { return Conv3d(2, {.kernel = 2}); }, {2, 3, 3, 3}, {2, 2, 2, 2}, 34},
    {"MaxPool1d", [] { return MaxPool1d(2); }, {3, 7}, {3, 3}},
    {"MaxPool2d", [] { return MaxPool2d(2); }, {3, 6, 4}, {3, 3, 2}},
    {"MaxPool2dPadded", [] { return MaxPool2d(3, {.stride = 2, .padding = 1}); }, {3, 6, 5}, {3, 3, 3}},
    {"MaxPool3d", [] { return MaxPool3d(2); }, {1, 4, 2, 2}, {1, 2, 1, 1}},
    {"AvgPool1d", [] { return AvgPool1d(2); }, {3, 7}, {3, 3}},
    {"AvgPool2d",
     [] { return AvgPool2d(3, {.stride = 1, .padding = PaddingMode::same}); },
     {3, 6, 4},
     {3, 6, 4}},
    {"AvgPool3d", [] { return AvgPool3d(2, {.ceil_mode = true}); }, {1, 3, 2, 2}, {1, 2, 1, 1}},
    {"Flatten", [] { return Flatten(); }, {3, 2, 2}, {12}},
    {"Dropout", [] { return Dropout(0.4); }, {50}, {50}, 0, true},
    {"BatchNorm1d", [] { return BatchNorm(); }, {5}, {5}, 10, true},
    {"BatchNorm2d",
     [] { return BatchNorm({.momentum = 0.3, .epsilon = 1e-3}); },
     {3, 2, 4},
     {3, 2, 4},
     6,
     true},
    {"LayerNorm", [] { return LayerNorm(); }, {2, 5}, {2, 5}, 10},
    {"LayerNormTwoAxes", [] { return LayerNorm({.axis = -2, .bias = false}); }, {2, 5}, {2, 5}, 10},
    {"GlobalAvgPool", [] { return GlobalAvgPool(); }, {3, 4, 5}, {3}},
    {"LeakyRelu", [] { return LeakyRelu(0.1); }, {5}, {5}},
    {"Relu6", [] { return Relu6(); }, {5}, {5}},
    {"Gelu", [] { return Gelu(); }, {5}, {5}},
    {"GeluTanh", [] { return Gelu(GeluForm::tanh); }, {5}, {5}},
    {"Residual", [] { return Residual(sequential(Linear(4), Tanh())); }, {4}, {4}, 20},
    {"ResidualWithShortcut", [] { return Residual(Linear(3), Linear(3, {.bias = false})); }, {4}, {3}, 27},
    {"Relu", [] { return Relu(); }, {5}, {5}},
    {"Sigmoid", [] { return Sigmoid(); }, {5}, {5}},
    {"Tanh", [] { return Tanh(); }, {5}, {5}},
    {"Softmax", [] { return Softmax(); }, {5}, {5}},
    {"LSTM", [] { return LSTM(3); }, {4, 2}, {4, 3}, 12 * (2 + 3 + 2)},
    {"LSTMLast", [] { return LSTM(2, {.bias = false, .last_only = true}); }, {3, 1}, {2}, 8 * 3},
    {"GRU", [] { return GRU(3); }, {4, 2}, {4, 3}, 9 * (2 + 3 + 2)},
    {"GRULast", [] { return GRU(2, {.bias = false, .last_only = true}); }, {3, 1}, {2}, 6 * 3},
    {"MultiHeadAttention", [] { return MultiHeadAttention(4, 2); }, {3, 4}, {3, 4}, 12 * 5 + 4 * 5},
    {"MultiHeadAttentionCausal",
     [] { return MultiHeadAttention(6, 3, {.causal = true, .bias = false}); },
     {4, 6},
     {4, 6},
     24 * 6},
    {"TransformerBlock", [] { return TransformerBlock(4, 2); }, {3, 4}, {3, 4}, 16 + 80 + 16 * 5 + 4 * 17},
    {"TransformerBlockDropout",
     [] { return TransformerBlock(4, 1, {.causal = true, .bias = false, .expansion = 2, .dropout = 0.5}); },
     {3, 4},
     {3, 4},
     16 + 64 + 2 * 32,
     true},
    {"Sequential", [] { return sequential(Linear(3), Tanh(), Linear(2)); }, {4}, {2}, 23},
};

Shape batch_of(std::int64_t n, const Shape& sample) { return sample.inserted(0, n); }

/// Random, and far from the kinks of relu and max pooling.
Tensor sample_of(const Row& row, std::int64_t n, DType dtype) {
  const Shape shape = batch_of(n, row.input);
  const Tensor order = cast(argsort(random::uniform({shape.elements()}, 0, 1, f64)), f64);
  return cast(reshape(4 * (order + 0.5) / static_cast<double>(shape.elements()) - 2, shape), dtype);
}

class LayerContract : public ::testing::TestWithParam<Row> {
 protected:
  void SetUp() override { random::seed(11); }
};

TEST_P(LayerContract, ShapesHoldForEveryBatch) {
  const Row& row = GetParam();
  const Model layer = row.make();
  const Tensor open = layer(argument_leaf({f32, batch_of(unknown, row.input)}, "x"));
  EXPECT_EQ(open.shape(), batch_of(unknown, row.output));
  for (std::int64_t n : {1, 3, 0}) {
    const Tensor y = layer(zeros(batch_of(n, row.input)));
    EXPECT_EQ(y.shape(), batch_of(n, row.output));
    EXPECT_EQ(y.to_vector<float>().size(), static_cast<std::size_t>(n * row.output.elements()));
  }
}

TEST_P(LayerContract, BuildsByShapeAndCountsParameters) {
  const Row& row = GetParam();
  const Model layer = row.make();
  EXPECT_EQ(layer->built(), row.parameters == 0);
  layer->build(row.input);
  EXPECT_TRUE(layer->built());
  std::int64_t count = 0;
  for (const NamedVariable& p : layer->named_parameters()) {
    EXPECT_FALSE(p.name.empty());
    EXPECT_EQ(p.variable.name(), p.name);
    EXPECT_TRUE(p.variable.trainable());
    EXPECT_EQ(p.variable.dtype(), f32);
    count += p.variable.shape().elements();
  }
  EXPECT_EQ(count, row.parameters);
  EXPECT_EQ(summary(*layer, row.input).parameters, row.parameters);
}

TEST_P(LayerContract, TrainModeMattersOnlyWhereItShould) {
  const Row& row = GetParam();
  const Model layer = row.make();
  const Tensor x = sample_of(row, 2, f32);
  const auto trained = layer(x).to_vector<float>();
  layer->set_training(false);
  const auto evaluated = layer(x).to_vector<float>();
  // Another kernel may be chosen once the weights are in memory: rounding is no difference.
  ASSERT_EQ(trained.size(), evaluated.size());
  float apart = 0;
  for (std::size_t i = 0; i < trained.size(); ++i)
    apart = std::max(apart, std::abs(trained[i] - evaluated[i]));
  EXPECT_EQ(apart > 1e-4f, row.differs_in_training);
}

TEST_P(LayerContract, AClonesStateIsItsOwn) {
  const Row& row = GetParam();
  const Model layer = row.make();
  layer->build(row.input);
  const Model clone = layer.clone();
  ASSERT_EQ(clone->parameters().size(), layer->parameters().size());
  for (std::size_t k = 0; k < clone->parameters().size(); ++k) {
    EXPECT_FALSE(clone->parameters()[k].same_as(layer->parameters()[k]));
    EXPECT_EQ(clone->parameters()[k].value().to_vector<float>(),
              layer->parameters()[k].value().to_vector<float>());
  }
}

TEST_P(LayerContract, GradientsAreRight) {
  const Row& row = GetParam();
  const Model layer = row.make();
  const Tensor x = sample_of(row, 2, f64);
  layer(x);
  layer->set_training(false);  // a fresh mask at each look would be another function
  const auto of_input = gradient_check([&](const Tensors& in) { return Tensors{layer(in[0])}; }, {x});
  EXPECT_TRUE(of_input.passed) << of_input.to_string();
  EXPECT_EQ(of_input.checked, x.elements());
  if (row.parameters == 0) return;
  const auto of_parameters = gradient_check([&] { return Tensors{layer(x)}; }, layer->parameters());
  EXPECT_TRUE(of_parameters.passed) << of_parameters.to_string();
  EXPECT_EQ(of_parameters.checked, row.parameters);
}

INSTANTIATE_TEST_SUITE_P(Every, LayerContract, ::testing::ValuesIn(rows),
                         [](const auto& info) { return info.param.name; });

TEST(DropoutLayer, KeepsTheShareItSays) {
  random::seed(2);
  const Dropout dropout = Dropout::keeping(0.8);
  const auto y = dropout(ones({1, 20000})).to_vector<float>();
  double kept = 0;
  for (float value : y) {
    EXPECT_TRUE(value == 0 || value == 1 / 0.8f) << value;
    kept += value != 0;
  }
  EXPECT_NEAR(kept / 20000, 0.8, 0.015);
}

}  // namespace
}  // namespace luge::nn
