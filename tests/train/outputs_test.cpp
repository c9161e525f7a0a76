// Losses of probabilities refuse networks that give other numbers, on which they have no minimum.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/data/sources.h"
#include "luge/loss/classification.h"
#include "luge/nn/activation.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/nn/squashing.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/trainer.h"
#include "support/errors.h"

namespace luge::train {
namespace {

using testing::expect_error;

const data::Dataset labeled() {
  return data::tensors(tensor<float>({1, 2, 3, 4, 5, 6, -7, 8}, {4, 2}),
                       tensor<std::int64_t>({0, 1, 2, 1}, {4}));
}
const data::Dataset answered() {
  return data::tensors(tensor<float>({1, 2, 3, 4, 5, 6, -7, 8}, {4, 2}), tensor<float>({0, 1, 1, 0}, {4, 1}));
}

void train(nn::Sequential net, const loss::Loss& loss, const data::Dataset& data) {
  random::seed(3);
  Trainer trainer(net, loss, optim::Adam(0.1));
  trainer.fit(data.batch(2));
}

TEST(Outputs, LogitsAreNoLogarithmsOfProbabilities) {
  expect_error<ValueError>(
      [] { train(nn::sequential(nn::Linear(3)), loss::NLL(), labeled()); },
      {"loss nll", "logarithms of probabilities", "instead of 1", "log-softmax", "logits"});
  train(nn::sequential(nn::Linear(3), nn::LogSoftmax()), loss::NLL(), labeled());
}

TEST(Outputs, LogitsAreNoProbabilities) {
  expect_error<ValueError>(
      [] { train(nn::sequential(nn::Linear(3)), loss::CategoricalCrossEntropy(), labeled()); },
      {"loss categorical_cross_entropy", "takes probabilities", "instead of 1",
       "end the network with softmax"});
  train(nn::sequential(nn::Linear(3), nn::Softmax()), loss::CategoricalCrossEntropy(), labeled());
  const loss::BinaryCrossEntropy binary({.from_logits = false});
  expect_error<ValueError>(
      [&] { train(nn::sequential(nn::Linear(1)), binary, answered()); },
      {"loss binary_cross_entropy", "the network gives", "end the network with sigmoid"});
  train(nn::sequential(nn::Linear(1), nn::Sigmoid()), binary, answered());
}

TEST(Outputs, AreCheckedBeforeTheFirstStepAndLeaveEverythingAsItWas) {
  random::seed(3);
  const auto net = nn::sequential(nn::Linear(3));
  net.build({2});
  const auto before = net.parameters()[0].value().to_vector<float>();
  Trainer trainer(net, loss::NLL(), optim::Adam(0.1));
  EXPECT_THROW(trainer.fit(labeled().batch(2)), ValueError);
  EXPECT_THROW(trainer.evaluate(labeled().batch(2)), ValueError);
  EXPECT_EQ(trainer.position().total_steps, 0);
  EXPECT_EQ(net.parameters()[0].value().to_vector<float>(), before);
}

// What is not finite is explained by the step that finds it, not by this check.
TEST(Outputs, NaNIsLeftToTheStep) {
  const auto net = nn::sequential(nn::Linear(3), nn::LogSoftmax());
  net.build({2});
  Variable weight = net.parameters()[0];
  weight.assign(full(weight.shape(), NAN));
  Trainer trainer(net, loss::NLL(), optim::Adam(0.1));
  expect_error<NonFiniteError>([&] { trainer.fit(labeled().batch(2)); }, {"step"});
}

}  // namespace
}  // namespace luge::train
