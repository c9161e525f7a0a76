// Stacked and bidirectional recurrent layers, their states as inputs and outputs, cells, and the work that
// summaries count.
#include <gtest/gtest.h>

#include "luge/nn/branches.h"
#include "luge/nn/cell.h"
#include "luge/nn/layers.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/summary.h"
#include "luge/nn/transformer.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/options.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge::nn {
namespace {

using testing::expect_error;

void expect_near(const Tensor& a, const Tensor& b, double tolerance = 1e-12) {
  ASSERT_EQ(a.shape(), b.shape());
  const auto x = cast(a, f64).to_vector<double>(), y = cast(b, f64).to_vector<double>();
  for (std::size_t k = 0; k < x.size(); ++k) EXPECT_NEAR(x[k], y[k], tolerance);
}

class RecurrentLayers : public ::testing::Test {
 protected:
  void SetUp() override { random::seed(5); }
  Tensor x = random::uniform({3, 6, 4}, -1, 1, f64);
};

TEST_F(RecurrentLayers, ReadBothWays) {
  const GRU both(3, {.direction = Direction::both}),
      apart(3, {.direction = Direction::both, .merge = DirectionMerge::none});
  const Tensor y = both(x);
  const RecurrentWeights &ahead = both.weights(0), &back = both.weights(0, true);
  GRU one(3), other(3, {.direction = Direction::backward});
  one(x), other(x), apart(x);
  const auto take = [](const GRU& to, const RecurrentWeights& w) {
    to.weight_ih.assign(w.weight_ih), to.weight_hh.assign(w.weight_hh);
    to.bias_ih.assign(w.bias_ih), to.bias_hh.assign(w.bias_hh);
  };
  take(one, ahead), take(other, back);
  expect_near(y, concat({one(x), other(x)}, 2));
  expect_near(other(x), flip(
                            [&] {
                              const GRU turned(3);
                              turned(x), take(turned, back);
                              return turned(flip(x, {1}));
                            }(),
                            {1}));
  for (std::size_t k = 0; k < 8; ++k) Variable(apart.parameters()[k]).assign(both.parameters()[k].value());
  expect_near(apart(x), stack({one(x), other(x)}, 2));
  // Each way has seen all steps in its last state.
  const GRU last(3, {.last_only = true, .direction = Direction::both});
  last(x);
  for (std::size_t k = 0; k < 8; ++k) Variable(last.parameters()[k]).assign(both.parameters()[k].value());
  expect_near(last(x), concat({select(one(x), 1, -1), select(other(x), 1, 0)}, 1));
  expect_error<ValueError>([&] { one.weights(0, true); }, {"GRU 3", "no layer 0 in reverse"});
  expect_error<ValueError>([&] { both.weights(1); }, {"no layer 1", "0 to 0"});
}

TEST_F(RecurrentLayers, TakeAndGiveStatesAsInputsAndOutputs) {
  const LSTM layer(3, {.layers = 2, .state_inputs = true, .state_outputs = true});
  EXPECT_EQ(layer.input_names(), (std::vector<std::string>{"input", "h", "c"}));
  EXPECT_EQ(layer.output_names(), (std::vector<std::string>{"output", "h", "c"}));
  const Tensors all = layer(Tensors{x});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].shape(), Shape({3, 2, 3}));
  const Tensors first = layer(Tensors{slice(x, 1, 0, 2)});
  const Tensors rest = layer({slice(x, 1, 2, 6), first[1], first[2]});
  expect_near(concat({first[0], rest[0]}, 1), all[0]);
  expect_near(rest[1], all[1]);
  expect_near(rest[2], all[2]);
  expect_error<ShapeError>([&] { layer(x); }, {"LSTM 3 x2", "3 (output, h, c)"});
}

TEST_F(RecurrentLayers, LearnTheStateThatTheyBeginWith) {
  const RNN layer(2, {.layers = 2, .learned_state = true});
  const Tensor before = layer(x);
  const RNN plain(2, {.layers = 2});
  plain(x);
  for (const auto& [name, variable] : plain.named_parameters()) {
    for (const auto& [own, its] : layer.named_parameters()) {
      if (own == name) Variable(variable).assign(its.value());
    }
  }
  expect_near(before, plain(x));  // it begins as 0
  const Tensor h = random::uniform({2, 2}, -1, 1, f64);
  layer.weights(0).state_h.assign(h[0]), layer.weights(1).state_h.assign(h[1]);
  expect_near(layer(x), plain.run(x, broadcast_to(unsqueeze(h, 0), {3, 2, 2})).y);
}

TEST_F(RecurrentLayers, CellsAreOneStep) {
  const LSTM layer(3);
  const RecurrentResult all = layer.run(x);
  const LSTMCell cell(3);
  cell(Tensors{select(x, 1, 0)});
  for (std::size_t k = 0; k < 4; ++k) Variable(cell.parameters()[k]).assign(layer.parameters()[k].value());
  Tensors state;
  for (std::int64_t t = 0; t < 6; ++t) {
    const Tensor step = select(x, 1, t);
    state = t == 0 ? cell(Tensors{step}) : cell({step, state[0], state[1]});
    expect_near(state[0], select(all.y, 1, t));
  }
  expect_near(state[1], all.c);
  expect_error<ShapeError>([&] { cell({select(x, 1, 0), state[0]}); }, {"LSTMCell 3", "2 tensors", "3"});
  expect_error<ShapeError>(
      [&] {
        cell({select(x, 1, 0), state[0], zeros({3, 4}, f64)});
      },
      {"LSTMCell 3", "c is [3,4]", "[N,3]"});
  expect_error<ShapeError>([&] { GRUCell(2)(x); }, {"GRUCell 2", "one step"});
  expect_error<options::OptionError>([] { LSTMCell(2, {.reset_after = false}); },
                                     {"LSTMCell", "reset_after is an option of GRUCell alone"});
}

// The rows of the gates are those of i, f, g and o; the other bias and the other gates are drawn as before.
TEST_F(RecurrentLayers, TheForgetBiasIsAddedToTheForgetGatesAlone) {
  const auto bias_of = [&](double forget_bias) {
    random::seed(3);
    const LSTM net(2, {.layers = 2, .forget_bias = forget_bias});
    net(x);
    return std::pair(net.weights(1, false).bias_ih.value(), net.weights(1, false).bias_hh.value());
  };
  const auto [plain, plain_hh] = bias_of(0);
  const auto [more, more_hh] = bias_of(1.5);
  expect_near(more - plain, tensor(std::vector<double>{0, 0, 1.5, 1.5, 0, 0, 0, 0}, {8}));
  expect_near(more_hh, plain_hh);
  expect_error<options::OptionError>([] { GRU(2, {.forget_bias = 1}); },
                                     {"forget_bias is an option of LSTM alone"});
  expect_error<options::OptionError>([] { LSTM(2, {.bias = false, .forget_bias = 1}); },
                                     {"LSTM", "forget_bias needs biases"});
  EXPECT_EQ(layer("lstm", {{"units", 2}, {"forget_bias", 1}})->describe(), "LSTM 2");
}

// The gallery and network files reach them by name.
TEST_F(RecurrentLayers, AreMadeByName) {
  const Model made = layer("lstm", {{"units", 4}, {"layers", 2}, {"direction", "both"}, {"projection", 2}});
  EXPECT_EQ(made->describe(), "LSTM 4 x2 both ways");
  EXPECT_EQ(made(x).shape(), Shape({3, 6, 4}));
  const Branches net({{"memory", layer("gru", {{"units", 4}}), {"input"}},
                      {"attended",
                       layer("multi-head-attention", {{"width", 4}, {"heads", 2}, {"cross", true}}),
                       {"input", "memory", "memory"}},
                      {"decoded",
                       layer("transformer-decoder", {{"width", 4}, {"heads", 1}, {"layers", 2}}),
                       {"attended", "memory"}}});
  EXPECT_EQ(net(x).shape(), Shape({3, 6, 4}));
}

TEST_F(RecurrentLayers, SummariesCountTheirWork) {
  const Summary lstm = summary(LSTM(3), {6, 4});
  EXPECT_EQ(lstm.macs, 6 * 12 * (4 + 3));
  EXPECT_EQ(lstm.connections, 6 * 12 * (4 + 3 + 2));
  EXPECT_EQ(summary(LSTM(3, {.last_only = true}), {6, 4}).macs, lstm.macs);  // all steps are computed
  const Summary deep = summary(GRU(3, {.layers = 2, .direction = Direction::both}), {6, 4});
  EXPECT_EQ(deep.macs, 2 * 6 * 9 * (4 + 3) + 2 * 6 * 9 * (6 + 3));
  EXPECT_EQ(deep.parameters, 2 * 9 * (4 + 3 + 2) + 2 * 9 * (6 + 3 + 2));
  EXPECT_EQ(summary(LSTM(3, {.projection = 2}), {6, 4}).macs, 6 * (12 * (4 + 2) + 6));
  EXPECT_EQ(summary(RNNCell(3), {4}).macs, 3 * (4 + 3));
  const Summary heads = summary(MultiHeadAttention(8, 2), {5, 8});
  EXPECT_EQ(heads.macs, 5 * 8 * 24 + 2 * 5 * 5 * 8 + 5 * 8 * 8);
  EXPECT_EQ(heads.parameters, 24 * 9 + 8 * 9);
  const Summary encoder = summary(TransformerEncoderLayer(8, 2, {.hidden = 6}), {5, 8});
  EXPECT_EQ(encoder.macs, heads.macs + 2 * 5 * 8 * 6);
}

TEST(BadInput, C01_StatesThatDoNotFit) {
  const Tensor x = zeros({2, 3, 4});
  const GRU deep(5, {.layers = 2});
  deep(x);
  expect_error<ShapeError>([&] { deep.run(x, zeros({2, 5})); }, {"GRU 5 x2", "[2,5]", "[N,2,5]", "2 layers"});
  expect_error<ShapeError>([&] { deep.run(x, zeros({2, 3, 5})); }, {"[2,3,5]", "[N,2,5]"});
  expect_error<ShapeError>([&] { deep.run(x, zeros({2, 2, 4})); }, {"state", "[2,4]"});
  const LSTM one(5);
  one(x);
  expect_error<ShapeError>([&] { one.run(x, zeros({3, 5}), zeros({3, 5})); }, {"lstm", "state"});
  expect_error<ValueError>([&] { one.run(x, zeros({2, 5})); }, {"both or neither"});
}

TEST(BadInput, C01_OptionsOfRecurrentLayers) {
  using options::OptionError;
  expect_error<OptionError>([] { LSTM(4, {.projection = 4}); }, {"LSTM", "projection is 4", "units, 4"});
  expect_error<OptionError>([] { LSTM(4, {.projection = -1}); }, {"LSTM", "projection is -1"});
  expect_error<OptionError>([] { GRU(4, {.projection = 2}); },
                            {"GRU", "projection is an option of LSTM alone"});
  expect_error<OptionError>([] { LSTM(4, {.reset_after = false}); },
                            {"reset_after is an option of GRU alone"});
  expect_error<OptionError>([] { GRU(4, {.activation = RnnActivation::relu}); }, {"activation", "RNN alone"});
  expect_error<OptionError>([] { RNN(4, {.layers = 0}); }, {"RNN", "layers is 0"});
  expect_error<OptionError>([] { RNN(4, {.dropout = 1.5}); }, {"RNN", "dropout is 1.5"});
  expect_error<OptionError>(
      [] {
        layer("lstm", {{"units", 4}, {"direction", "bth"}});
      },
      {"direction is 'bth'", "both"});
}

}  // namespace
}  // namespace luge::nn
