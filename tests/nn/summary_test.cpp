#include "luge/nn/summary.h"

#include <gtest/gtest.h>

#include "luge/nn/activation.h"
#include "luge/nn/adaptive_pool.h"
#include "luge/nn/attention.h"
#include "luge/nn/conv.h"
#include "luge/nn/conv_transpose.h"
#include "luge/nn/embedding.h"
#include "luge/nn/flatten.h"
#include "luge/nn/global_pool.h"
#include "luge/nn/lenet.h"
#include "luge/nn/linear.h"
#include "luge/nn/lp_pool.h"
#include "luge/nn/norm.h"
#include "luge/nn/pool.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/resize.h"
#include "luge/nn/separable.h"
#include "luge/nn/sequential.h"

namespace luge::nn {
namespace {

// 3x3 same convolution, 3 → 64 maps, on 224x224 pixels: the first layer of VGG.
TEST(Summary, CountsAConvolutionAsTheBooksDo) {
  const Summary s = summary(Conv2d(64, {.kernel = 3, .padding = same}), {3, 224, 224});
  ASSERT_EQ(s.layers.size(), 1u);
  EXPECT_EQ(s.layers[0].parameters, 1792);
  EXPECT_EQ(s.layers[0].macs, 86704128);
  EXPECT_EQ(s.layers[0].neurons, 3211264);
  EXPECT_EQ(s.layers[0].connections, 3211264 * 28);
  EXPECT_EQ(s.layers[0].activation_bytes, 4 * 3211264);
}

// LeCun et al. 1998: C1 has 156 parameters and 122,304 connections, C5's 48,120 are both.
TEST(Summary, CountsConnectionsAsLeNet5Does) {
  const Summary s =
      summary(sequential(Conv2d(6, {.kernel = 5}), MaxPool2d(2), Flatten(), Linear(10)), {1, 32, 32});
  EXPECT_EQ(s.layers[0].parameters, 156);
  EXPECT_EQ(s.layers[0].connections, 122304);
  EXPECT_EQ(s.layers[0].neurons, 28 * 28 * 6);
  EXPECT_EQ(s.layers[1].neurons, 14 * 14 * 6);
  EXPECT_EQ(s.layers[1].macs, 0);
  EXPECT_EQ(s.layers[2].connections, 0);
  EXPECT_EQ(summary(Linear(120), {400}).connections, 48120);
  EXPECT_EQ(summary(Linear(120), {400}).macs, 48000);
}

// LeCun et al. 1998, section II.B: parameters, connections and neurons of every layer of LeNet-5.
TEST(Summary, LeNet5HasTheNumbersOfItsPaper) {
  const Summary s = summary(
      sequential(Conv2d(6, {.kernel = 5}), TrainableSubsampling(), Tanh(), TableConv2d(lenet5_table()),
                 TrainableSubsampling(), Tanh(), Conv2d(120, {.kernel = 5}), Flatten(), Tanh(), Linear(84)),
      {1, 32, 32});
  struct Row {
    std::size_t layer;
    std::int64_t parameters, connections, neurons;
    Shape output;
  };
  const Row rows[] = {
      {0, 156, 122304, 4704, {unknown, 6, 28, 28}},   {1, 12, 5880, 1176, {unknown, 6, 14, 14}},
      {3, 1516, 151600, 1600, {unknown, 16, 10, 10}}, {4, 32, 2000, 400, {unknown, 16, 5, 5}},
      {6, 48120, 48120, 120, {unknown, 120, 1, 1}},   {9, 10164, 10164, 84, {unknown, 84}}};
  for (const Row& row : rows) {
    const LayerSummary& layer = s.layers.at(row.layer);
    EXPECT_EQ(layer.parameters, row.parameters) << layer.type;
    EXPECT_EQ(layer.trainable, row.parameters) << layer.type;
    EXPECT_EQ(layer.connections, row.connections) << layer.type;
    EXPECT_EQ(layer.neurons, row.neurons) << layer.type;
    EXPECT_EQ(layer.activation_bytes, 4 * row.neurons) << layer.type;
    EXPECT_EQ(layer.output, row.output) << layer.type;
  }
  EXPECT_EQ(s.parameters, 60000);
  EXPECT_EQ(s.connections, 340068);
  EXPECT_EQ(s.layers[1].macs, 1176) << "one product a neuron";
  EXPECT_EQ(s.layers[3].macs, 150000) << "60 pairs of maps";
}

// Every layer whose work is not outputs · fan-in.
TEST(Summary, CountsWhatDependsOnTheExtentsOfASample) {
  const auto only = [](const Model& layer, const Shape& input, DType dtype = f32) {
    const Summary s = summary(*layer, input, dtype);
    return std::pair(s.macs, s.connections);
  };
  using Counts = std::pair<std::int64_t, std::int64_t>;
  // 12 inputs of 3 channels meet 2 filters of 3x3; 2·(3+2)·(2+2) outputs have a bias.
  EXPECT_EQ(only(ConvTranspose2d(2), {3, 2, 2}), (Counts{12 * 18, 12 * 18 + 2 * 4 * 4}));
  EXPECT_EQ(only(ConvTranspose1d(2, {.bias = false}), {3, 5}), (Counts{15 * 6, 15 * 6}));
  EXPECT_EQ(only(DepthwiseConv2d({.multiplier = 2}), {3, 4, 4}), (Counts{24 * 9, 24 * 10}));
  EXPECT_EQ(only(SeparableConv2d(5), {3, 4, 4}), (Counts{12 * 9 + 20 * 3, 12 * 9 + 20 * 4}));
  EXPECT_EQ(only(MaxPool2d(2), {3, 4, 4}), (Counts{0, 12 * 4}));
  EXPECT_EQ(only(LpPool2d(2), {3, 4, 4}), (Counts{0, 12 * 4}));
  EXPECT_EQ(only(GlobalAvgPool(), {3, 4, 5}), (Counts{0, 60}));
  EXPECT_EQ(only(GlobalMaxPool(), {3, 4, 5}), (Counts{0, 60}));
  EXPECT_EQ(only(GlobalLpPool(), {3, 4, 5}), (Counts{0, 60}));
  // Windows over 5 elements by 2: 3 and 3; over 4 by 3: 2, 2 and 2.
  EXPECT_EQ(only(AdaptiveAvgPool2d({2, 3}), {7, 5, 4}), (Counts{0, 7 * 6 * 6}));
  EXPECT_EQ(only(BatchNorm(), {3, 4}), (Counts{0, 24}));
  EXPECT_EQ(only(LayerNorm({.bias = false}), {3, 4}), (Counts{0, 12}));
  EXPECT_EQ(only(Embedding(10, 4), {7}, i64), (Counts{0, 28}));
  EXPECT_EQ(only(Relu(), {3, 4}), (Counts{0, 0}));
  EXPECT_EQ(only(Upsample(), {3, 4}), (Counts{0, 0}));
  // Each step uses each weight and each bias once, whatever is returned.
  const std::int64_t weights = 12 * (2 + 3), biases = 24;
  EXPECT_EQ(only(LSTM(3), {5, 2}), (Counts{5 * weights, 5 * (weights + biases)}));
  EXPECT_EQ(only(LSTM(3, {.last_only = true}), {5, 2}), (Counts{5 * weights, 5 * (weights + biases)}));
  EXPECT_EQ(only(GRU(3, {.bias = false}), {5, 2}), (Counts{5 * 9 * 5, 5 * 9 * 5}));
  // 3·4 and 4 outputs of the two linear layers, and queries with keys, weights with values.
  EXPECT_EQ(only(MultiHeadAttention(4, 2), {5, 4}),
            (Counts{5 * 16 * 4 + 2 * 25 * 4, 5 * 16 * 5 + 2 * 25 * 4}));
}

TEST(Summary, TheProductsOfAttentionHaveARow) {
  const Summary s = summary(MultiHeadAttention(4, 2), {5, 4});
  ASSERT_EQ(s.layers.size(), 3u);
  EXPECT_EQ(s.layers[2].type, "MultiHeadAttention 2x2");
  EXPECT_EQ(s.layers[2].parameters, 0);
  EXPECT_EQ(s.layers[2].activation_bytes, 0) << "its output is that of its child";
}

TEST(Summary, TotalsAndTable) {
  const auto net = sequential(Conv2d(4), Flatten(), Linear(3));
  net.build({1, 4, 4});
  net.children()[0].second->set_trainable(false);
  const Summary s = summary(net, {1, 4, 4});
  EXPECT_EQ(s.parameters, 40 + 51);
  EXPECT_EQ(s.trainable, 51);
  const std::string table = s.to_string();
  for (const char* part : {"conv1", "Conv2d 3x3", "[N,4,2,2]", "linear1", "Linear 3",
                           "parameters 91 (trainable 51)", "trainable", "neurons", "connections", "bytes"}) {
    EXPECT_NE(table.find(part), std::string::npos) << part << " is missing from\n" << table;
  }
}

TEST(Summary, ALayerCalledTwiceCountsItsParametersOnce) {
  struct Twice : Module {
    Linear linear = child("linear", Linear(3));
    Tensor forward(const Tensor& x) const override { return linear(linear(x)); }
  };
  const Summary s = summary(Twice(), {3});
  EXPECT_EQ(s.parameters, 12);
  EXPECT_EQ(s.macs, 18);
}

}  // namespace
}  // namespace luge::nn
