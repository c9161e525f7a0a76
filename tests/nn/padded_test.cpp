// Sequences of different lengths: each layer gives what it gives for each sequence alone, however far the
// batch is padded and whatever the padding holds.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "luge/autodiff.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/dropout.h"
#include "luge/nn/embedding.h"
#include "luge/nn/flatten.h"
#include "luge/nn/lambda.h"
#include "luge/nn/linear.h"
#include "luge/nn/norm.h"
#include "luge/nn/pool.h"
#include "luge/nn/positional.h"
#include "luge/nn/rearrange.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/residual.h"
#include "luge/nn/sequential.h"
#include "luge/nn/time_distributed.h"
#include "luge/nn/transformer.h"
#include "luge/ops/compare.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/random.h"
#include "support/errors.h"

namespace luge::nn {
namespace {

using testing::expect_error;

Tensor whole(const std::vector<std::int64_t>& values) {
  return tensor(values, {static_cast<std::int64_t>(values.size())});
}

const std::vector<std::int64_t> kLengths = {7, 2, 0, 5, 1};
constexpr std::int64_t kLongest = 7;
constexpr double kClose = 1e-12;  // of float64: products over more rows may add in another order

struct Row {
  std::string name;
  std::function<Model()> make;
  int axis = 1;        // of the positions
  bool alone = true;   // false: a result depends on the whole batch
  bool whole = false;  // true: the values are ids, without a gradient
  bool zero = true;    // false: a sequence of length 0 gives a vector that is not 0
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

const Row rows[] = {
    {"Linear", [] { return Linear(4); }},
    {"Relu", [] { return Relu(); }},
    {"LeakyRelu", [] { return LeakyRelu(); }, 2},
    {"Relu6", [] { return Relu6(); }},
    {"Gelu", [] { return Gelu(); }},
    {"Sigmoid", [] { return Sigmoid(); }},
    {"Tanh", [] { return Tanh(); }},
    {"Softmax", [] { return Softmax(); }},
    {"SoftmaxOverChannels", [] { return Softmax(1); }, 2},
    {"Embedding", [] { return Embedding(5, 3); }, 1, true, true},
    {"LayerNorm", [] { return LayerNorm(); }},
    {"Dropout", [] { return Dropout(0.4); }, 1, false},
    {"DropoutOverChannels", [] { return sequential(Dropout(0.4), Tanh(), Dropout(0.3)); }, 2, false},
    {"LSTM", [] { return LSTM(3); }},
    {"LSTMLast", [] { return LSTM(3, {.last_only = true}); }},
    {"GRU", [] { return GRU(3); }},
    {"GRULast", [] { return GRU(3, {.bias = false, .last_only = true}); }},
    {"RNN", [] { return RNN(3); }},
    {"RNNBackward", [] { return RNN(3, {.direction = Direction::backward}); }},
    {"RNNBackwardLast", [] { return RNN(3, {.last_only = true, .direction = Direction::backward}); }},
    {"LSTMBoth", [] { return LSTM(2, {.direction = Direction::both}); }},
    {"LSTMProjection", [] { return LSTM(2, {.direction = Direction::backward, .projection = 1}); }},
    {"RNNBothStack", [] { return RNN(2, {.layers = 2, .direction = Direction::both}); }},
    {"RNNBothStackLast",
     [] { return RNN(2, {.last_only = true, .layers = 2, .direction = Direction::both}); }},
    {"RNNLearnedState",
     [] { return RNN(2, {.last_only = true, .init = init::uniform(-1, 1), .learned_state = true}); }, 1, true,
     false},
    {"RNNBothMean", [] { return RNN(2, {.direction = Direction::both, .merge = DirectionMerge::mean}); }},
    {"RNNBothApart", [] { return RNN(2, {.direction = Direction::both, .merge = DirectionMerge::none}); }},
    {"GRUResetBefore", [] { return GRU(2, {.reset_after = false}); }},
    {"RNNDropout", [] { return RNN(3, {.layers = 2, .dropout = 0.4}); }, 1, false},
    {"AttentionShared", [] { return MultiHeadAttention(4, 2, {.rotary = true, .kv_heads = 1}); }},
    {"TransformerEncoder",
     [] { return TransformerEncoder(4, 2, 2, {.hidden = 3, .dropout = 0, .norm_first = true}, true); }},
    {"TransformerEncoderCausal",
     [] { return TransformerEncoder(4, 1, 1, {.dropout = 0, .activation = "gelu", .causal = true}); }},
    {"PositionalEncoding", [] { return PositionalEncoding(40); }},
    {"PositionalEncodingLearned", [] { return PositionalEncoding(40, {.kind = PositionKind::learned}); }},
    {"TimeDistributed", [] { return TimeDistributed(sequential(Linear(2), Tanh())); }},
    {"TimeDistributedDropout",
     [] { return TimeDistributed(sequential(Dropout(0.3), Linear(2), Dropout(0.2))); }, 1, false},
    {"Permute",
     [] {
       return sequential(Permute({2, 1}), Conv1d(2, {.padding = same}));
     }},
    {"Lambda", [] { return Lambda("sin"); }},
    {"EmbeddingPadding", [] { return Embedding(5, 3, {.padding_index = 2, .scale = true}); }, 1, true, true},
    {"Attention", [] { return MultiHeadAttention(4, 2); }},
    {"AttentionCausal", [] { return MultiHeadAttention(4, 1, {.causal = true}); }},
    {"TransformerBlock", [] { return TransformerBlock(4, 2); }},
    {"TransformerBlockDropout", [] { return TransformerBlock(4, 2, {.dropout = 0.3}); }, 1, false},
    {"Residual", [] { return Residual(sequential(Linear(4), Tanh())); }},
    {"ResidualWithShortcut", [] { return Residual(GRU(3), Linear(3)); }},
    {"Conv1d", [] { return Conv1d(3); }, 2},
    {"Conv1dSame",
     [] {
       return sequential(Conv1d(3, {.padding = same}), Tanh(), Conv1d(2, {.kernel = 2, .padding = same}));
     },
     2},
    {"Conv1dStride", [] { return Conv1d(3, {.stride = 2, .padding = 1}); }, 2},
    {"Conv1dOneSide",
     [] {
       return Conv1d(3, {.stride = 3, .padding = {{2}, {0}}, .dilation = 2});
     },
     2},
    {"Conv1dFull", [] { return Conv1d(2, {.padding = PaddingMode::full}); }, 2},
    {"ConvsOfConvs",
     [] { return sequential(Conv1d(4, {.stride = 2, .padding = 1}), Relu(), Conv1d(2, {.padding = 1})); }, 2},
    {"Conv2dOverTime",
     [] {
       return Conv2d(2, {.kernel = {1, 3}, .stride = {1, 2}, .padding = {{0, 1}, {0, 1}}});
     },
     3},
    {"MaxPool1d", [] { return MaxPool1d(2); }, 2},
    {"MaxPool1dOverlap", [] { return sequential(MaxPool1d(3, {.stride = 1, .padding = 1}), Tanh()); }, 2},
    {"MaxPool2d",
     [] {
       return MaxPool2d({1, 2});
     },
     3},
    {"AvgPool1d", [] { return AvgPool1d(2); }, 2},
    {"AvgPool1dBorder", [] { return AvgPool1d(3, {.stride = 2, .padding = 1}); }, 2},
    {"AvgPool1dCounted", [] { return AvgPool1d(3, {.stride = 2, .padding = 1, .count_include_pad = true}); },
     2},
    {"GlobalAvgPool", [] { return GlobalAvgPool(); }, 2},
    {"GlobalAvgPool2d", [] { return GlobalAvgPool(); }, 3},
    {"BatchNorm", [] { return BatchNorm(); }, 2, false},
    {"BatchNormEval",
     [] {
       const BatchNorm norm;
       norm.set_training(false);
       return norm;
     },
     2},
    {"Classifier",
     [] {
       return sequential(Linear(4), LSTM(4), Dropout(0), LayerNorm(), GRU(3, {.last_only = true}), Linear(2));
     },
     1, true, false, false},
};

Shape shape_of(const Row& row, std::int64_t rows, std::int64_t extent) {
  if (row.whole) return {rows, extent};
  if (row.axis == 1) return {rows, extent, 4};
  return row.axis == 2 ? Shape{rows, 4, extent} : Shape{rows, 2, 3, extent};
}

/// Values of each sequence, the same for every extent, and `beyond` after its length.
Padded padded(const Row& row, std::int64_t extent, double beyond) {
  const auto count = static_cast<std::int64_t>(kLengths.size());
  random::seed(5);
  const Shape longest = shape_of(row, count, kLongest);
  const Tensor drawn =
      row.whole ? floor(random::uniform(longest, 0, 5, f64)) : random::uniform(longest, -1, 1, f64);
  std::vector<Tensor> parts = {drawn};
  if (extent > kLongest) parts.push_back(full(shape_of(row, count, extent - kLongest), beyond, f64));
  const Padded all{concat(parts, row.axis), whole(kLengths), row.axis};
  const Tensor values = where(all.expanded_mask(), all.values, beyond);
  eval({values});
  return {values, all.length, row.axis};
}

/// The values before the lengths, sequence by sequence.
std::vector<double> counted(const Padded& y) {
  std::vector<double> found;
  const auto lengths =
      y.length.defined() ? cast(y.length, i64).to_vector<std::int64_t>() : std::vector<std::int64_t>();
  for (std::int64_t n = 0; n < y.values.extent(0); ++n) {
    Tensor one = slice(y.values, 0, n, n + 1);
    if (y.length.defined()) one = slice(one, y.axis, 0, lengths[static_cast<std::size_t>(n)]);
    const auto values = one.to_vector<double>();
    found.insert(found.end(), values.begin(), values.end());
  }
  return found;
}

struct Seen {
  std::vector<double> output, lengths;
  std::vector<std::vector<double>> gradients;  // of the parameters, then of the input
  std::vector<std::vector<double>> buffers;
};

Tensor sum_of_squares(const Padded& y) { return sum(square(y.length.defined() ? y.filled() : y.values)); }

Seen see(const Model& net, const Padded& x, bool of_input) {
  random::seed(9);
  const Padded y = net(x);
  const Tensor cost = sum_of_squares(y);
  Tensors gradients;
  for (const Variable& parameter : net->parameters()) gradients.push_back(grad(cost, parameter));
  if (of_input) gradients.push_back(grad(cost, x.values));
  Seen seen;
  for (const Tensor& gradient : gradients) seen.gradients.push_back(gradient.to_vector<double>());
  if (of_input) seen.gradients.back() = counted(x.with(gradients.back()));
  seen.output = counted(y);
  if (y.length.defined()) seen.lengths = cast(y.length, f64).to_vector<double>();
  for (const NamedVariable& buffer : net->named_buffers())
    seen.buffers.push_back(buffer.variable.value().to_vector<double>());
  return seen;
}

void expect_close(const std::vector<double>& a, const std::vector<double>& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_NEAR(a[i], b[i], kClose * (1 + std::abs(a[i]))) << what << ", value " << i;
}

class PaddedLayer : public ::testing::TestWithParam<Row> {
 protected:
  Model made() const {
    random::seed(3);
    const Model net = GetParam().make();
    net(padded(GetParam(), kLongest, 0));
    return net;
  }
};

TEST_P(PaddedLayer, GivesTheSameHoweverFarTheBatchIsPadded) {
  const Row& row = GetParam();
  const Model net = made();
  const Seen right = see(net.clone(), padded(row, kLongest, 0), !row.whole);
  EXPECT_FALSE(right.output.empty());
  for (const double value : right.output) EXPECT_TRUE(std::isfinite(value));
  for (const std::int64_t extent : {kLongest, 2 * kLongest, 3 * kLongest + 2}) {
    for (const double beyond : {0.0, 3.5, double{NAN}}) {
      const Seen other = see(net.clone(), padded(row, extent, beyond), !row.whole);
      const std::string what = " of extent " + std::to_string(extent) + " with " + std::to_string(beyond);
      expect_close(right.output, other.output, "output" + what);
      EXPECT_EQ(right.lengths, other.lengths);
      ASSERT_EQ(right.gradients.size(), other.gradients.size());
      for (std::size_t k = 0; k < right.gradients.size(); ++k)
        expect_close(right.gradients[k], other.gradients[k], "gradient " + std::to_string(k) + what);
      for (std::size_t k = 0; k < right.buffers.size(); ++k)
        expect_close(right.buffers[k], other.buffers[k], "buffer " + std::to_string(k) + what);
    }
  }
}

TEST_P(PaddedLayer, GivesWhatEachSequenceAloneGives) {
  const Row& row = GetParam();
  if (!row.alone) return;
  const Model net = made();
  const Padded x = padded(row, 2 * kLongest, NAN);
  const Padded y = net(x);
  std::vector<Tensor> alone_gradients;
  Tensor cost = zeros({}, f64);
  for (std::size_t n = 0; n < kLengths.size(); ++n) {
    const auto k = static_cast<std::int64_t>(n);
    const std::int64_t after = y.length.defined() ? y.length.to_vector<std::int64_t>()[n] : kLengths[n];
    Tensor one = slice(y.values, 0, k, k + 1);
    if (y.length.defined()) one = slice(one, y.axis, 0, after);
    if (after == 0) {  // alone it would be an error, or nothing
      if (!y.length.defined()) {
        EXPECT_EQ(sum(abs(one)).item<double>() == 0, row.zero);
      }
      continue;
    }
    const Tensor given = net(slice(slice(x.values, 0, k, k + 1), x.axis, 0, kLengths[n]));
    ASSERT_EQ(given.shape(), one.shape());
    expect_close(given.to_vector<double>(), one.to_vector<double>(), "sequence " + std::to_string(n));
    cost = cost + sum(square(given));
  }
  if (!row.zero) return;  // a sequence of length 0 has a cost there
  for (const Variable& parameter : net->parameters()) {
    expect_close(grad(cost, parameter).to_vector<double>(),
                 grad(sum_of_squares(y), parameter).to_vector<double>(), parameter.name());
  }
}

INSTANTIATE_TEST_SUITE_P(Every, PaddedLayer, ::testing::ValuesIn(rows),
                         [](const auto& info) { return info.param.name; });

const Padded kOne{zeros({2, 6, 4}), whole({6, 3}), 1};

TEST(Padded, LayersThatSayNothingAboutPaddingAreNamed) {
  expect_error<ValueError>([] { sequential(Linear(3), Flatten(), Linear(2))(kOne); },
                           {"flatten1", "Flatten", "padded positions", "forward_padded"});
  struct Own : Module {
    Tensor forward(const Tensor& x) const override { return x; }
  };
  expect_error<ValueError>([] { Own()(kOne); }, {"Own", "padded positions"});
}

TEST(Padded, LayersRefuseThePaddedAxisThatTheyComputeAlong) {
  const Padded channels_first = kOne.transposed();
  EXPECT_EQ(channels_first.axis, 2);
  EXPECT_EQ(channels_first.values.shape(), Shape({2, 4, 6}));
  expect_error<ShapeError>([&] { Linear(3)(channels_first); }, {"Linear 3", "[2,4,6] is 2"});
  expect_error<ShapeError>([&] { LayerNorm({.axis = -2})(kOne); }, {"LayerNorm", "is 1"});
  expect_error<ShapeError>([&] { Softmax(1)(kOne); }, {"Softmax", "is 1"});
  expect_error<ShapeError>([&] { LSTM(3)(channels_first); }, {"LSTM 3", "expected 1"});
  expect_error<ShapeError>([&] { MultiHeadAttention(6, 2)(channels_first); }, {"expected 1"});
  expect_error<ShapeError>([&] { BatchNorm()(kOne); }, {"BatchNorm", "channels"});
  expect_error<ShapeError>([&] { Conv1d(3)(kOne); }, {"Conv1d 3", "is 1", "transposed"});
  expect_error<ShapeError>([&] { GlobalAvgPool()(kOne); }, {"GlobalAvgPool", "is 1"});
  expect_error<ShapeError>([&] { kOne.transposed(0, 1); }, {"axis 0"});
}

TEST(Padded, WindowsWhosePositionsDependOnThePaddingAreRefused) {
  const Padded x = kOne.transposed();
  expect_error<ValueError>([&] { Conv1d(3, {.stride = 2, .padding = same})(x); },
                           {"Conv1d 3", "stride 2", "same"});
  expect_error<ValueError>([&] { MaxPool1d(2, {.ceil_mode = true})(x); }, {"MaxPool1d 2", "ceil_mode"});
  expect_error<ValueError>([&] { AvgPool1d(2, {.padding = same})(x); }, {"AvgPool1d 2", "same"});
}

// 11: an index out of range.
TEST(BadInput, C11_LengthsBeyondTheAxis) {
  const auto run = [](const std::vector<std::int64_t>& lengths) {
    const Padded out = sequential(Linear(3), LSTM(2))(Padded{zeros({3, 6, 4}), whole(lengths)});
    out.values.to_vector<float>();
  };
  run({0, 6, 3});
  expect_error<IndexError>([&] { run({6, 7, 3}); }, {"length of sequence 1 is 7", "0 to 6"});
  expect_error<IndexError>([&] { run({6, 2, -1}); }, {"length of sequence 2 is -1", "0 to 6"});
  const Tensor eight = cast(whole({6, 2, 200}), u8);
  expect_error<IndexError>(
      [&] {
        Tanh()(Padded{zeros({3, 6, 4}), eight}).values.to_vector<float>();
      },
      {"length of sequence 2 is 200"});
}

TEST(Padded, TimeDistributedRefusesStatisticsOfTheBatch) {
  const TimeDistributed net{BatchNorm()};
  net.build({6, 4});
  expect_error<ValueError>([&] { net(kOne); }, {"BatchNorm", "statistics", "eval mode"});
  net.set_training(false);
  EXPECT_EQ(net(kOne).values.shape(), kOne.values.shape());
}

TEST(Padded, LengthsMustFitTheValues) {
  const auto call = [](const Tensor& length, int axis = 1) {
    Tanh()(Padded{zeros({2, 6, 4}), length, axis});
  };
  expect_error<ShapeError>([&] { call(whole({1, 2, 3})); }, {"Tanh", "[2,6,4]", "[3]"});
  expect_error<ShapeError>([&] { call(zeros({2, 2}, i64)); }, {"[2,2]", "several axes"});
  expect_error<DTypeError>([&] { call(zeros({2})); }, {"f32", "integers"});
  expect_error<ShapeError>([&] { call(zeros({2}, i64), 3); }, {"axis 3"});
  expect_error<ShapeError>([&] { call(zeros({2}, i64), 0); }, {"axis 0"});
  expect_error<ShapeError>([] { Residual(GRU(4, {.last_only = true}))(kOne); }, {"Residual"});
}

TEST(Padded, AMaskFollowsFromTheLengths) {
  const Tensor mask = sequence_mask(cast(whole({0, 2, 5}), i32), zeros({3, 4, 2}));
  EXPECT_EQ(mask.shape(), Shape({3, 4}));
  EXPECT_EQ(mask.to_vector<bool>(), (std::vector<bool>{0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1}));
  EXPECT_EQ(kOne.expanded_mask().shape(), Shape({2, 6, 1}));
  EXPECT_EQ(kOne.transposed().expanded_mask().shape(), Shape({2, 1, 6}));
}

// By name: "x" with "x.length" is padded, and so is the output.
TEST(Padded, NamedInputsBringTheirLengths) {
  random::seed(1);
  const auto net = sequential(Linear(3), LSTM(2));
  const NamedTensors in = {{"input", kOne.values}, {"input.length", kOne.length}, {"target", zeros({2})}};
  const NamedTensors out = net(in);
  EXPECT_EQ(out.names(), (std::vector<std::string>{"output", "output.length"}));
  EXPECT_EQ(out["output"].to_vector<float>(), net(kOne).values.to_vector<float>());
  EXPECT_EQ(sequential(LSTM(2, {.last_only = true}))(in).names(), (std::vector<std::string>{"output"}));
  expect_error<ValueError>([&] { sequential(Flatten())(in); }, {"flatten1"});
  struct Two : Module {
    std::vector<std::string> input_names() const override { return {"input", "target"}; }
    Tensors forward(const Tensors& x) const override { return {x[0]}; }
  };
  expect_error<ValueError>([&] { Two()(in); }, {"Two", "'input'", "'input.length'"});
}

}  // namespace
}  // namespace luge::nn
