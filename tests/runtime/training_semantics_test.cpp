// What training must keep true on a lazy engine: steps that compile once, fail cleanly, and repeat their
// random masks.
#include <gtest/gtest.h>

#include "luge/luge.h"
#include "support/errors.h"

namespace luge {
namespace {

using testing::expect_error;

Tensor images(std::int64_t count) { return random::uniform({count, 8}); }
Tensor labels(std::vector<std::int64_t> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return tensor(values, {count});
}

TEST(Training, AThousandEagerStepsWithDropoutAndAScheduleCompileAtMostTwice) {
  random::seed(3);
  auto net = nn::sequential(nn::Linear(16), nn::Relu(), nn::Dropout(0.5), nn::Linear(3));
  optim::Adam adam(1e-2, {}, {.schedule = optim::schedule::exponential(0.999)});
  const Tensor x = images(4), y = labels({0, 1, 2, 1});
  eval({x, y});
  net.build({8});
  adam.track(net.named_parameters());
  const std::uint64_t before = compilations();
  Tensor last;
  for (int step = 0; step < 1000; ++step) {
    const Tensor loss = mean(softmax_cross_entropy(net(x), y));
    adam.step(net.parameters(), grad(loss, net.parameters()));
    last = loss;
  }
  EXPECT_LE(compilations(), before + 2);
  EXPECT_LT(last.item<float>(), 1.0f);
}

TEST(Training, AStepThatFailsAtAGuardLeavesEveryVariableAsItWas) {
  random::seed(3);
  auto net = nn::sequential(nn::Linear(5), nn::Relu(), nn::Linear(3));
  optim::Adam adam(1e-2);
  const Tensor x = images(4), good = labels({0, 1, 2, 1}), bad = labels({0, 1, 7, 1});
  auto step = compile([&](Tensor images, Tensor classes) {
    const Tensor loss = mean(softmax_cross_entropy(net(images), classes));
    adam.step(net.parameters(), grad(loss, net.parameters()));
    return loss;
  });
  step(x, good);
  std::vector<std::vector<double>> before;
  for (const auto& [name, variable] : adam.state()) before.push_back(variable.value().to_vector<double>());
  for (const Variable& variable : net.parameters()) before.push_back(variable.value().to_vector<double>());
  expect_error<IndexError>([&] { step(x, bad); }, {"7"});
  std::vector<std::vector<double>> after;
  for (const auto& [name, variable] : adam.state()) after.push_back(variable.value().to_vector<double>());
  for (const Variable& variable : net.parameters()) after.push_back(variable.value().to_vector<double>());
  EXPECT_EQ(before, after);

  // The same, eagerly.
  const Tensor loss = mean(softmax_cross_entropy(net(x), bad));
  expect_error<IndexError>([&] { adam.step(net.parameters(), grad(loss, net.parameters())); }, {"7"});
  after.clear();
  for (const auto& [name, variable] : adam.state()) after.push_back(variable.value().to_vector<double>());
  for (const Variable& variable : net.parameters()) after.push_back(variable.value().to_vector<double>());
  EXPECT_EQ(before, after);
  step(x, good);
}

TEST(Training, TheBackwardPassRepeatsTheForwardMask) {
  random::seed(5);
  Variable w(ones({1000}), "w");
  const Tensor dropped = dropout(w.value(), 0.3);
  const Tensor gradient = grad(sum(dropped), w);
  // Of ones, the output is the mask over the keep rate, and so is the gradient.
  EXPECT_EQ(dropped.to_vector<float>(), gradient.to_vector<float>());
  auto both = compile([&] {
    const Tensor y = dropout(w.value(), 0.3);
    return std::tuple<Tensor, Tensor>(y, grad(sum(y), w));
  });
  const auto [first, first_gradient] = both();
  const auto [second, second_gradient] = both();
  EXPECT_EQ(first.to_vector<float>(), first_gradient.to_vector<float>());
  EXPECT_EQ(second.to_vector<float>(), second_gradient.to_vector<float>());
  EXPECT_NE(first.to_vector<float>(), second.to_vector<float>());
}

TEST(Training, ChangingTheModeTracesAgain) {
  random::seed(5);
  auto net = nn::sequential(nn::Dropout(0.5));
  auto f = compile([&](Tensor x) { return net(x); });
  const Tensor x = ones({100});
  EXPECT_NE(f(x).to_vector<float>(), x.to_vector<float>());
  net.set_training(false);
  EXPECT_EQ(f(x).to_vector<float>(), x.to_vector<float>());
  net.set_training(true);
  EXPECT_NE(f(x).to_vector<float>(), x.to_vector<float>());
  EXPECT_EQ(f.traces(), 2u);
}

// Programs may want a weight in other layouts than the one it is kept in; a copy made for one must not
// outlive a step.
TEST(Training, EvaluationBetweenStepsSeesTheNewWeights) {
  random::seed(9);
  auto net = nn::sequential(nn::Conv2d(6, {.kernel = 5, .padding = nn::same}), nn::Relu(), nn::MaxPool2d(2),
                            nn::Conv2d(16, {.kernel = 5}), nn::Relu(), nn::Flatten(), nn::Linear(3));
  const Tensor x = random::uniform({64, 1, 28, 28}), y = labels(std::vector<std::int64_t>(64, 2));
  net.build({1, 28, 28});
  optim::Adam descent(1e-2);
  auto step = compile([&](Tensor images, Tensor classes) {
    const Tensor loss = mean(softmax_cross_entropy(net(images), classes));
    descent.step(net.parameters(), grad(loss, net.parameters()));
    return loss;
  });
  auto evaluate = compile([&](Tensor images) { return net(images); });
  for (int round = 0; round < 4; ++round) {
    const auto seen = evaluate(x).to_vector<float>();
    const auto expected = [&] {
      // The same weights from the public layout, in new Variables; they are gone when the step updates in
      // place.
      auto fresh = net.clone();
      const auto from = net.parameters(), to = fresh.parameters();
      for (std::size_t k = 0; k < from.size(); ++k) {
        Variable(to[k]).assign(tensor(from[k].value().to_vector<float>(), from[k].shape()));
      }
      return fresh(x).to_vector<float>();
    }();
    for (std::size_t i = 0; i < seen.size(); ++i)
      ASSERT_NEAR(seen[i], expected[i], 1e-4) << "round " << round;
    step(x, y);
  }
}

TEST(Training, CheckpointedGradientsAreTheSame) {
  random::seed(7);
  Variable w(random::uniform({6, 6}, -1, 1), "w");
  const Tensor x = random::uniform({4, 6}, -1, 1);
  const auto block = [&](const Tensors& in) { return Tensors{tanh(matmul(dropout(in[0], 0.25), w))}; };
  const Tensor plain = sum(square(block({x})[0]));
  random::seed(7);
  random::uniform({1}), random::uniform({1});  // the draws that w and x took
  const Tensor again = sum(square(checkpoint(block, {x})[0]));
  EXPECT_EQ(grad(plain, w).to_vector<float>(), grad(again, w).to_vector<float>());
}

TEST(Training, TwoIdenticalRunsGiveEqualBytes) {
  const auto run = [] {
    random::seed(11);
    auto net = nn::sequential(nn::Linear(16), nn::Relu(), nn::Dropout(0.5), nn::Linear(3));
    optim::Adam adam(1e-2);
    const Tensor x = images(16), y = labels({0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0});
    net.build({8});
    for (int step = 0; step < 20; ++step) {
      const Tensor loss = mean(softmax_cross_entropy(net(x), y));
      adam.step(net.parameters(), grad(loss, net.parameters()));
    }
    return net.parameters()[0].value().to_vector<float>();
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace luge
