// Lazy building is all or nothing: a call that fails decides no shape.
#include <gtest/gtest.h>

#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/nn/conv.h"
#include "luge/nn/dropout.h"
#include "luge/nn/flatten.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/norm.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::nn {
namespace {

using testing::expect_error;

Sequential network() {
  return sequential(Conv2d(2), BatchNorm(), Conv2d(3, {.kernel = 5}), Flatten(), Linear(4));
}

std::vector<float> values_of(const Module& net) {
  std::vector<float> values;
  for (const Variable& parameter : net.parameters()) {
    const auto own = parameter.value().to_vector<float>();
    values.insert(values.end(), own.begin(), own.end());
  }
  return values;
}

TEST(Construction, AFailedFirstCallLeavesNothingBehind) {
  const testing::TempDir dir;
  random::seed(6);
  const Tensor x = ones({2, 1, 9, 9});
  eval({x});
  const Sequential expected = network();
  expected(x);
  const random::State after = random::state();

  random::seed(6);
  const Sequential net = network();
  expect_error<ShapeError>([&] { net(ones({2, 3, 5, 5})); }, {"conv2"});
  EXPECT_FALSE(net.built());
  EXPECT_EQ(random::state(), (random::State{.seed = 6, .draw = 0}));
  net(x);
  EXPECT_EQ(random::state(), after);
  EXPECT_EQ(net.metadata().input, (Shape{1, 9, 9}));
  EXPECT_EQ(values_of(net), values_of(expected));
  net.save(dir.file("net.safetensors"));
  EXPECT_EQ(load(dir.file("net.safetensors")).metadata().input, (Shape{1, 9, 9}));
}

// Layers before the one that fails have assigned their running statistics and drawn their masks by then.
TEST(Construction, AFailedCallOfABuiltNetworkMovesNothing) {
  random::seed(6);
  const auto net = sequential(Conv2d(2), BatchNorm(), Dropout(0.5), Flatten(), Linear(4));
  net(ones({2, 1, 5, 5}));
  const auto state = [&] {
    std::vector<std::vector<float>> all;
    for (const NamedVariable& buffer : net.named_buffers())
      all.push_back(buffer.variable.value().to_vector<float>());
    return all;
  };
  const auto before = state();
  const random::State drawn = random::state();
  expect_error<ShapeError>([&] { net(ones({2, 1, 9, 9}) * 3); }, {"linear1"});
  EXPECT_EQ(state(), before);
  EXPECT_EQ(random::state(), drawn);
  net(ones({2, 1, 5, 5}) * 3);
  EXPECT_NE(state(), before);
}

TEST(Construction, AFailedBuildLeavesNothingBehind) {
  const Sequential net = network();
  expect_error<ShapeError>([&] { net.build({1, 5, 5}); }, {"conv2"});
  net.build({3, 9, 9});
  EXPECT_EQ(net(ones({1, 3, 9, 9})).shape(), (Shape{1, 4}));
}

struct Fragile : Module {
  mutable bool fails = true;
  Linear linear = child("linear", Linear(2));
  Parameter scale = parameter("scale"), shift = parameter("shift");
  void create_parameters(const Tensor& x) const override {
    create(scale, ones({x.extent(-1)}));
    if (fails) throw std::runtime_error("the disk with the shift is gone");
    create(shift, zeros({x.extent(-1)}));
  }
  Tensor forward(const Tensor& x) const override { return linear(x * scale.value() + shift.value()); }
};

TEST(Construction, AnyExceptionUndoesAllOfIt) {
  const auto net = sequential(Linear(3), Fragile());
  EXPECT_THROW(net(ones({1, 2})), std::runtime_error);
  EXPECT_FALSE(net.built());
  const auto& fragile = static_cast<const Fragile&>(*net.children()[1].second);
  fragile.fails = false;
  EXPECT_EQ(net(ones({1, 5})).shape(), (Shape{1, 2}));
}

TEST(Construction, ACompiledFunctionThatFailsBehindTheNetworkBuildsNothing) {
  const auto net = sequential(Linear(3));
  optim::Adam adam(0.1);
  bool fails = true;
  const auto step = compile([&](const Tensor& x) {
    const Tensor loss = mean(square(net(x)));
    adam.step(net.named_parameters(), grad(loss, net.parameters()));
    if (fails) throw StateError("asked to fail");
    return loss;
  });
  expect_error<StateError>([&] { step(ones({2, 7})); }, {"asked"});
  EXPECT_FALSE(net.built());
  fails = false;
  step(ones({2, 4}));
  EXPECT_EQ(net.parameters()[0].shape(), (Shape{3, 4}));
  EXPECT_EQ(adam.steps(), 1);
}

TEST(Construction, AFailedFirstStepHoldsNoParameters) {
  const auto one = sequential(Linear(2)), other = sequential(Linear(2));
  one.build({3}), other.build({3});
  const optim::Adam adam(0.1);
  expect_error<ShapeError>([&] { adam.step(one.named_parameters(), {zeros({2, 3}), zeros({5})}); }, {"bias"});
  EXPECT_EQ(adam.state().size(), 2u);
  adam.step(other.named_parameters(), {zeros({2, 3}), zeros({2})});
  EXPECT_EQ(adam.steps(), 1);
}

}  // namespace
}  // namespace luge::nn
