// Running statistics: what moves them, where they are kept, who sees them.
#include "luge/nn/norm.h"

#include <gtest/gtest.h>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/graph.h"
#include "luge/nn/activation.h"
#include "luge/nn/conv.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/residual.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/random.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "luge/options.h"
#include "luge/random.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::nn {
namespace {

using Numbers = std::vector<double>;

void expect_near(const Tensor& got, const Numbers& wanted, double tolerance = 1e-6) {
  const Numbers numbers = got.to_vector<double>();
  ASSERT_EQ(numbers.size(), wanted.size());
  for (std::size_t k = 0; k < numbers.size(); ++k) EXPECT_NEAR(numbers[k], wanted[k], tolerance) << k;
}

// Two channels: 1 2 3 4 and 0 0 4 4.
Tensor batch() { return tensor<float>({1, 2, 0, 0, 3, 4, 4, 4}, {2, 2, 2}); }

// PyTorch: torch.nn.BatchNorm1d(2)(x), then running_mean and running_var.
TEST(BatchNormLayer, MovesByTheShareOfTheBatchAndTheUnbiasedVariance) {
  const BatchNorm norm;
  norm(batch());
  expect_near(norm.running_mean, {0.25, 0.2});
  expect_near(norm.running_var, {0.9 + 0.1 * 5 / 3, 0.9 + 0.1 * 16 / 3});
  norm(batch());
  expect_near(norm.running_mean, {0.475, 0.38});
}

TEST(BatchNormLayer, EvalModeUsesTheBuffersAndMovesNothing) {
  const BatchNorm norm({.epsilon = 0});
  norm.build({2, 2});
  norm.running_mean.assign(tensor<float>({1, 2}, {2}));
  norm.running_var.assign(tensor<float>({4, 16}, {2}));
  norm.set_training(false);
  expect_near(norm(batch()), {0, 0.5, -0.5, -0.5, 1, 1.5, 0.5, 0.5});
  expect_near(norm.running_mean, {1, 2});
}

TEST(BatchNormLayer, BuildingSummingUpAndEmptyBatchesMoveNothing) {
  const BatchNorm norm;
  norm.build({2, 2});
  norm(zeros({0, 2, 2}));
  expect_near(norm.running_mean, {0, 0});
  expect_near(norm.running_var, {1, 1});
  EXPECT_EQ(norm.named_buffers().size(), 2u);
  EXPECT_EQ(norm.named_parameters().size(), 2u);
}

TEST(BatchNormLayer, PlaceholdersMoveNothing) {
  const BatchNorm norm;
  const Tensor x = graph::placeholder(f32, {unknown, 2, 2}, "x");
  const Tensor y = norm(x);
  graph::Session session;
  session.run(graph::initialize_all());
  expect_near(session.run(y, {{x, batch()}}), norm(batch()).to_vector<double>());
  expect_near(norm.running_mean, {0.25, 0.2});  // of the eager call
}

TEST(BatchNormLayer, ASingleValueOfEachChannelGivesTheBias) {
  const BatchNorm norm;
  expect_near(norm(tensor<float>({3, -5}, {1, 2})), {0, 0});
  expect_near(norm.running_var, {0.9, 0.9});
}

struct Block : Module {
  explicit Block(std::int64_t filters) : filters(filters) {}
  std::int64_t filters;
  Conv2d conv1 = child("conv1", Conv2d(filters, {.padding = same, .bias = false}));
  BatchNorm norm1 = child("norm1", BatchNorm());
  Conv2d conv2 = child("conv2", Conv2d(filters, {.padding = same, .bias = false}));
  BatchNorm norm2 = child("norm2", BatchNorm());
  Tensor forward(const Tensor& x) const override { return relu(x + norm2(conv2(relu(norm1(conv1(x)))))); }
};

Sequential network() {
  return sequential(Conv2d(4, {.padding = same, .bias = false}), BatchNorm(), Relu(), Block(4),
                    Residual(sequential(Conv2d(4, {.padding = same}), BatchNorm())), Flatten(), Linear(3));
}

struct Data {
  Tensor x = random::normal({4, 2, 5, 5}), y = tensor<std::int64_t>({0, 2, 1, 1}, {4});
};

Numbers state_of(const Module& net) {
  Numbers numbers;
  for (auto list : {net.named_parameters(), net.named_buffers()}) {
    for (const NamedVariable& v : list) {
      const Numbers part = v.variable.value().to_vector<double>();
      numbers.insert(numbers.end(), part.begin(), part.end());
    }
  }
  return numbers;
}

Tensor train_step(const Module& net, optim::Optimizer& optimizer, const Tensor& x, const Tensor& y) {
  const Tensor loss = mean(softmax_cross_entropy(net(x), y));
  optimizer.step(net.parameters(), grad(loss, net.parameters()));
  return loss;
}

TEST(BatchNormLayer, CompiledAndEagerTrainingLeaveTheSameState) {
  random::seed(3);
  const Data data;
  const Sequential eager = network();
  eager.build({2, 5, 5});
  const Sequential compiled = eager.clone();
  optim::Optimizer one = optim::Momentum(0.05), other = optim::Momentum(0.05);
  auto step = compile([&](const Tensor& x, const Tensor& y) { return train_step(compiled, other, x, y); });
  for (int k = 0; k < 3; ++k) {
    const double a = train_step(eager, one, data.x, data.y).item<double>();
    EXPECT_NEAR(step(data.x, data.y).item<double>(), a, 1e-5);
  }
  const Numbers left = state_of(eager), right = state_of(compiled);
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t k = 0; k < left.size(); ++k) EXPECT_NEAR(left[k], right[k], 1e-4) << k;
  eager.set_training(false);
  EXPECT_NE(eager(data.x).to_vector<double>(), Numbers(12, 0.0));
}

// Saved, loaded without the code, and trained on: the loaded network's running statistics move too.
TEST(BatchNormLayer, ALoadedNetworkGoesOnAsTheOneThatWasSaved) {
  random::seed(4);
  const Data data;
  const testing::TempDir dir;
  const Sequential net = network();
  optim::Optimizer one = optim::Momentum(0.05), other = optim::Momentum(0.05);
  train_step(net, one, data.x, data.y).item<double>();
  const Numbers before = state_of(net);
  net.save(dir.file("net.safetensors"));
  EXPECT_EQ(state_of(net), before);
  EXPECT_TRUE(net.training());
  const Loaded loaded = load(dir.file("net.safetensors"));
  net.set_training(false);
  EXPECT_EQ(loaded(data.x).to_vector<double>(), net(data.x).to_vector<double>());
  EXPECT_EQ(loaded.named_buffers().size(), net.named_buffers().size());
  net.set_training(true), loaded.set_training(true);
  optim::Optimizer fresh = optim::Momentum(0.05);
  train_step(net, fresh, data.x, data.y).item<double>();
  train_step(loaded, other, data.x, data.y).item<double>();
  for (const NamedVariable& buffer : net.named_buffers()) {
    for (const NamedVariable& twin : loaded.named_buffers()) {
      if (twin.name == buffer.name)
        expect_near(twin.variable.value(), buffer.variable.value().to_vector<double>(), 1e-5);
    }
  }
}

TEST(BatchNormLayer, BlocksCloneWithTheirStatistics) {
  random::seed(5);
  const Data data;
  const Sequential net = network();
  net(data.x);
  const Sequential twin = net.clone();
  EXPECT_EQ(state_of(net), state_of(twin));
  net(data.x);
  EXPECT_NE(state_of(net), state_of(twin));
}

TEST(BadInput, C08_ABatchNormNeedsChannels) {
  testing::expect_error<ShapeError>([] { sequential(BatchNorm())(zeros({4})); },
                                    {"batchnorm1", "[4]", "[N,C]"});
}

TEST(BadInput, C08_ChannelsThatChangeAreNamed) {
  const Sequential net = sequential(BatchNorm());
  net.build({3, 2, 2});
  testing::expect_error<ShapeError>([&] { net(zeros({1, 4, 2, 2})); }, {"batchnorm1", "batch_norm"});
}

TEST(BadInput, C08_ABodyThatDoesNotFitItsShortcut) {
  testing::expect_error<ShapeError>(
      [] {
        sequential(Residual(Linear(3)))(zeros({2, 4}));
      },
      {"residual1", "[2,3]", "[2,4]"});
}

TEST(BadInput, C09_SettingsOfNormalization) {
  testing::expect_error<options::OptionError>([] { BatchNorm({.momentum = 2}); }, {"momentum", "2"});
  testing::expect_error<options::OptionError>([] { LayerNorm({.epsilon = -1}); }, {"epsilon", "-1"});
}

}  // namespace
}  // namespace luge::nn
