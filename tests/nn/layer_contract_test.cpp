// What every layer keeps to, one row a layer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <functional>

#include "graph/node.h"
#include "luge/autodiff.h"
#include "luge/gradient_check.h"
#include "luge/nn/activation.h"
#include "luge/nn/adaptive_pool.h"
#include "luge/nn/cell.h"
#include "luge/nn/conv.h"
#include "luge/nn/conv_transpose.h"
#include "luge/nn/dropout.h"
#include "luge/nn/flatten.h"
#include "luge/nn/global_pool.h"
#include "luge/nn/lambda.h"
#include "luge/nn/lenet.h"
#include "luge/nn/linear.h"
#include "luge/nn/lp_pool.h"
#include "luge/nn/noise.h"
#include "luge/nn/norm.h"
#include "luge/nn/pool.h"
#include "luge/nn/positional.h"
#include "luge/nn/rbf.h"
#include "luge/nn/rbm.h"
#include "luge/nn/rearrange.h"
#include "luge/nn/rectifiers.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/residual.h"
#include "luge/nn/resize.h"
#include "luge/nn/sample_norm.h"
#include "luge/nn/scale.h"
#include "luge/nn/separable.h"
#include "luge/nn/sequential.h"
#include "luge/nn/squashing.h"
#include "luge/nn/summary.h"
#include "luge/nn/time_distributed.h"
#include "luge/nn/transformer.h"
#include "luge/nn/views.h"
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
  bool gradient = true;
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
    {"Conv2dReflect",
     [] { return Conv2d(4, {.padding = same, .border = Border::reflect}); },
     {2, 4, 3},
     {4, 4, 3},
     76},
    {"ConvTranspose1d", [] { return ConvTranspose1d(4, {.stride = 2}); }, {3, 4}, {4, 9}, 40},
    {"ConvTranspose2d",
     [] {
       return ConvTranspose2d(4, {.kernel = {3, 2}, .stride = 2, .padding = same});
     },
     {3, 3, 2},
     {4, 6, 4},
     76},
    {"ConvTranspose2dGroups",
     [] {
       return ConvTranspose2d(
           4, {.kernel = 2, .stride = 2, .output_padding = {0, 1}, .groups = 2, .bias = false});
     },
     {2, 3, 3},
     {4, 6, 7},
     16},
    {"ConvTranspose3d", [] { return ConvTranspose3d(2, {.kernel = 2}); }, {2, 2, 2, 1}, {2, 3, 3, 2}, 34},
    {"DepthwiseConv2d",
     [] { return DepthwiseConv2d({.padding = same, .multiplier = 2}); },
     {3, 4, 3},
     {6, 4, 3},
     60},
    {"SeparableConv2d", [] { return SeparableConv2d(4); }, {3, 4, 4}, {4, 2, 2}, 27 + 16},
    {"TableConv2d",
     [] {
       return TableConv2d({"110", "011"}, {.kernel = 2});
     },
     {3, 3, 3},
     {2, 2, 2},
     18},
    {"TrainableSubsampling", [] { return TrainableSubsampling(); }, {3, 4, 7}, {3, 2, 3}, 6},
    {"LpPool1d", [] { return LpPool1d(2); }, {3, 7}, {3, 3}},
    {"LpPool2d", [] { return LpPool2d(3, {.p = 3, .stride = 2, .padding = 1}); }, {3, 6, 5}, {3, 3, 3}},
    {"LpPool3d", [] { return LpPool3d(2, {.p = 1, .ceil_mode = true}); }, {1, 3, 2, 2}, {1, 2, 1, 1}},
    {"AdaptiveAvgPool1d", [] { return AdaptiveAvgPool1d(3); }, {2, 7}, {2, 3}},
    {"AdaptiveAvgPool2d",
     [] {
       return AdaptiveAvgPool2d({2, 5});
     },
     {2, 5, 4},
     {2, 2, 5}},
    {"AdaptiveAvgPool3d", [] { return AdaptiveAvgPool3d(1); }, {2, 3, 2, 2}, {2, 1, 1, 1}},
    {"AdaptiveMaxPool1d", [] { return AdaptiveMaxPool1d(3); }, {2, 7}, {2, 3}},
    {"AdaptiveMaxPool2d",
     [] {
       return AdaptiveMaxPool2d({2, 5});
     },
     {2, 5, 4},
     {2, 2, 5}},
    {"AdaptiveMaxPool3d", [] { return AdaptiveMaxPool3d(1); }, {2, 3, 2, 2}, {2, 1, 1, 1}},
    {"GlobalMaxPool", [] { return GlobalMaxPool(); }, {3, 4, 5}, {3}},
    {"GlobalLpPool", [] { return GlobalLpPool(); }, {3, 4, 5}, {3}},
    {"Upsample", [] { return Upsample(); }, {3, 2, 3}, {3, 4, 6}},
    {"UpsampleLinear",
     [] { return Upsample({.scale = {1.5}, .mode = Interpolation::linear}); },
     {2, 4},
     {2, 6}},
    {"UpsampleCubic",
     [] {
       return Upsample({.size = {5, 3}, .mode = Interpolation::cubic});
     },
     {2, 3, 4},
     {2, 5, 3}},
    {"Pad",
     [] {
       return Pad({1, 0, 0, 2});
     },
     {2, 3, 3},
     {2, 4, 5}},
    {"PadReflect", [] { return Pad({2}, {.mode = PadMode::reflect}); }, {2, 3}, {2, 7}},
    {"PixelShuffle", [] { return PixelShuffle(2); }, {8, 2, 3}, {2, 4, 6}},
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
    {"PRelu", [] { return PRelu(); }, {5}, {5}, 1},
    {"PReluPerChannel", [] { return PRelu({.per_channel = true}); }, {3, 4}, {3, 4}, 3},
    {"Elu", [] { return Elu(0.5); }, {5}, {5}},
    {"Selu", [] { return Selu(); }, {5}, {5}},
    {"Celu", [] { return Celu(2); }, {5}, {5}},
    {"Silu", [] { return Silu(1.5); }, {5}, {5}},
    {"Mish", [] { return Mish(); }, {5}, {5}},
    {"Softplus", [] { return Softplus(2); }, {5}, {5}},
    {"HardSwish", [] { return HardSwish(); }, {5}, {5}},
    {"Threshold", [] { return Threshold(0.1, -1); }, {5}, {5}},
    {"Glu", [] { return Glu(); }, {3, 6}, {3, 3}},
    {"ScaledTanh", [] { return ScaledTanh(); }, {5}, {5}},
    {"Softsign", [] { return Softsign(); }, {5}, {5}},
    {"HardSigmoid", [] { return HardSigmoid(); }, {5}, {5}},
    {"HardTanh", [] { return HardTanh({.low = -0.5, .high = 1.5}); }, {5}, {5}},
    {.name = "Step", .make = [] { return Step(); }, .input = {5}, .output = {5}, .gradient = false},
    {"LogSoftmax", [] { return LogSoftmax(); }, {5}, {5}},
    {"Softmin", [] { return Softmin(); }, {5}, {5}},
    {.name = "Hardmax", .make = [] { return Hardmax(); }, .input = {5}, .output = {5}, .gradient = false},
    {"GroupNorm", [] { return GroupNorm(2); }, {4, 3}, {4, 3}, 8},
    {"GroupNormPlain", [] { return GroupNorm(3, {.affine = false}); }, {6, 2, 2}, {6, 2, 2}},
    {"InstanceNorm", [] { return InstanceNorm(); }, {2, 5}, {2, 5}},
    {"InstanceNormAffine",
     [] { return InstanceNorm({.affine = true, .running_statistics = true}); },
     {2, 3, 2},
     {2, 3, 2},
     4,
     true},
    {"RMSNorm", [] { return RMSNorm(); }, {2, 5}, {2, 5}, 5},
    {"RMSNormTwoAxes", [] { return RMSNorm({.axis = -2, .affine = false}); }, {2, 5}, {2, 5}},
    {"LocalResponseNorm", [] { return LocalResponseNorm(3, {.alpha = 0.5}); }, {5, 2}, {5, 2}},
    {"SpatialDropout", [] { return SpatialDropout(0.5); }, {40, 2}, {40, 2}, 0, true},
    {"GaussianDropout", [] { return GaussianDropout(0.4); }, {20}, {20}, 0, true},
    {"GaussianNoise", [] { return GaussianNoise(0.3); }, {20}, {20}, 0, true},
    {"AlphaDropout", [] { return AlphaDropout(0.4); }, {20}, {20}, 0, true},
    {"DropPath", [] { return DropPath(0.3); }, {20}, {20}, 0, true},
    {"RBFOutput", [] { return RBFOutput(4); }, {3}, {4}, 12},
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
    {"RNN", [] { return RNN(3); }, {4, 2}, {4, 3}, 3 * (2 + 3 + 2)},
    {"RNNBackward",
     [] { return RNN(2, {.bias = false, .direction = Direction::backward}); },
     {3, 1},
     {3, 2},
     6},
    {"LSTMBothStack",
     [] { return LSTM(2, {.layers = 2, .direction = Direction::both}); },
     {3, 1},
     {3, 4},
     2 * 8 * (1 + 2 + 2) + 2 * 8 * (4 + 2 + 2)},
    {"LSTMProjection",
     [] { return LSTM(3, {.last_only = true, .learned_state = true, .projection = 2}); },
     {2, 1},
     {2},
     12 * (1 + 2 + 2) + 6 + 5},
    {"GRUBothSum",
     [] {
       return GRU(2, {.direction = Direction::both, .merge = DirectionMerge::sum, .reset_after = false});
     },
     {3, 1},
     {3, 2},
     2 * 6 * (1 + 2 + 2)},
    {"GRUBothApart",
     [] { return GRU(2, {.layers = 2, .direction = Direction::both, .merge = DirectionMerge::none}); },
     {2, 1},
     {2, 2, 2},
     2 * 6 * (1 + 2 + 2) + 2 * 6 * (4 + 2 + 2)},
    {"GRUDropout",
     [] { return GRU(4, {.layers = 2, .dropout = 0.5}); },
     {3, 2},
     {3, 4},
     12 * (2 + 4 + 2) + 12 * (4 + 4 + 2),
     true},
    {"RNNCell", [] { return RNNCell(3, {.activation = RnnActivation::relu}); }, {2}, {3}, 3 * (2 + 3 + 2)},
    {"GRUCell", [] { return GRUCell(2, {.bias = false, .reset_after = false}); }, {1}, {2}, 6 * 3},
    {"MultiHeadAttentionShared",
     [] { return MultiHeadAttention(8, 4, {.rotary = true, .kv_heads = 2}); },
     {3, 8},
     {3, 8},
     16 * 9 + 8 * 9},
    {"MultiHeadAttentionDropout",
     [] { return MultiHeadAttention(4, 2, {.dropout = 0.5}); },
     {3, 4},
     {3, 4},
     12 * 5 + 4 * 5,
     true},
    {"TransformerEncoderLayer",
     [] { return TransformerEncoderLayer(4, 2, {.hidden = 3, .dropout = 0, .activation = "tanh"}); },
     {3, 4},
     {3, 4},
     80 + 16 + 3 * 5 + 4 * 4},
    {"TransformerEncoder",
     [] { return TransformerEncoder(2, 1, 2, {.hidden = 3, .activation = "gelu", .norm_first = true}, true); },
     {3, 2},
     {3, 2},
     2 * (24 + 8 + 3 * 3 + 2 * 4) + 4,
     true},
    {"PositionalEncoding", [] { return PositionalEncoding(9); }, {4, 3}, {4, 3}},
    {"PositionalEncodingLearned",
     [] { return PositionalEncoding(5, {.kind = PositionKind::learned}); },
     {4, 3},
     {4, 3},
     15},
    {"Reshape", [] { return Reshape({2, -1}); }, {3, 4}, {2, 6}},
    {"Permute", [] { return Permute({3, 1, 2}); }, {2, 3, 4}, {4, 2, 3}},
    {"Scale", [] { return Scale(0.25); }, {3, 2}, {3, 2}},
    {"ScaleOne", [] { return Scale(0.25, {.factors = Factors::one}); }, {3, 2}, {3, 2}, 1},
    {"ScaleChannels", [] { return Scale(0.25, {.factors = Factors::channels}); }, {3, 2, 2}, {3, 2, 2}, 3},
    {"ScaleFeatures", [] { return Scale(0.25, {.factors = Factors::features}); }, {3, 2}, {3, 2}, 2},
    {"Views",
     [] { return Views(sequential(Conv2d(2), Flatten(), Tanh(), Linear(3)), {.shift = 1}); },
     {1, 4, 4},
     {3},
     20 + 27,
     true},
    {"TimeDistributed", [] { return TimeDistributed(sequential(Linear(2), Tanh())); }, {3, 4}, {3, 2}, 10},
    {"TimeDistributedConv", [] { return TimeDistributed(Conv2d(2)); }, {2, 1, 4, 3}, {2, 2, 2, 1}, 20},
    {"Lambda", [] { return Lambda("square"); }, {5}, {5}},
    {"RBM", [] { return RBM(3); }, {4}, {3}, 12 + 3 + 4},
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
  if (!row.gradient) return;
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
