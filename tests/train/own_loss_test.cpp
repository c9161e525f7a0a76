// A training follows what its loss and its metrics say about themselves: a loss and a metric that are made
// here train ten classes, and what cannot be measured is refused by name.
#include <gtest/gtest.h>

#include <cmath>

#include "luge/data/sources.h"
#include "luge/io/model_file.h"
#include "luge/loss/loss.h"
#include "luge/metrics/metric.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/ops/compare.h"
#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/math.h"
#include "luge/ops/nn.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

using testing::expect_error;

constexpr std::int64_t kClasses = 10;

const bool hinge_added = loss::add("test-hinge", "the multi-class hinge loss", [] {
  return loss::Loss("hinge", loss::Reduction::mean,
                    [](const Tensor& scores, const Tensor& target) {
                      const Tensor own = one_hot(to_index(target), scores.extent(1), boolean);
                      const Tensor right = sum(where(own, scores, 0), 1),
                                   other = max(where(own, -1e9, scores), 1);
                      return loss::Cost{.each = relu(1 + other - right), .weight = {}};
                    },
                    {.outputs = OutputKind::logits, .targets = loss::Targets::Kind::labels});
});
// How far the largest output is above the mean, as a mean over the samples.
const bool margin_added = metrics::add("test-margin", "the mean margin", [] {
  return metrics::Metric(
      {.name = "margin",
       .sums = {{Shape{}, f64}, {Shape{}, f64}},
       .update =
           [](const Tensors& sums, const Tensor& p, const Tensor&) {
             const Tensor margin = max(p, 1) - mean(p, 1);
             return Tensors{sums[0] + sum(cast(margin, f64)), sums[1] + count(margin, {}, f64)};
           },
       .result = [](const Tensors& sums) { return sums[0] / maximum(sums[1], 1); },
       .better = metrics::Better::higher,
       .measures = metrics::Measures::classes});
});

// Ten clouds on a circle.
data::Dataset clouds() {
  const std::int64_t samples = 200;
  std::vector<float> inputs;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < samples; ++i) {
    const double angle = 0.62831853 * static_cast<double>(i % kClasses) + 0.01 * static_cast<double>(i % 7);
    inputs.push_back(static_cast<float>(std::cos(angle)));
    inputs.push_back(static_cast<float>(std::sin(angle)));
    labels.push_back(i % kClasses);
  }
  return data::tensors(tensor(inputs, {samples, 2}), tensor(labels, {samples}));
}

double figure(const Logs& logs, const std::string& name) {
  for (const auto& [known, value] : logs) {
    if (known == name) return value;
  }
  ADD_FAILURE() << "there is no " << name;
  return 0;
}

TEST(OwnLoss, TrainsTenClassesByName) {
  ASSERT_TRUE(hinge_added && margin_added);
  random::seed(4);
  const loss::Loss loss = loss::named("test-hinge");
  const auto net = nn::sequential(nn::Linear(loss.outputs_for(kClasses)));
  Trainer trainer(net, loss, optim::Adam(0.1),
                  {.metrics = {metrics::named("accuracy"), metrics::named("test-margin")}});
  const History history = trainer.fit(clouds().shuffle().batch(32), {.epochs = 60});
  EXPECT_EQ(net.metadata().output, nn::Output::logits);
  EXPECT_GT(history.series("accuracy").back(), 0.95);
  EXPECT_GT(history.series("margin").back(), history.series("margin").front());
  EXPECT_GT(history.best("margin").epoch, 0);  // higher is better, as the metric says
  expect_error<IndexError>(
      [&] {
        trainer.fit(data::tensors(ones({2, 2}), tensor<std::int64_t>({1, 10}, {2})).batch(2));
      },
      {"row 1", "label 10", "0 to 9"});
}

TEST(OwnLoss, WhatOutputsMeanIsRecorded) {
  const auto record = [](const loss::Loss& loss) {
    const auto net = nn::sequential(nn::Linear(1));
    Trainer(net, loss, optim::Adam(0.1)).prepare(data::tensors(ones({2, 2}), ones({2, 1})).info());
    const testing::TempDir folder;
    const std::string path = (folder.path() / "model.luge").string();
    net.save(path);
    EXPECT_EQ(io::read_model(path).net.metadata().output, net.metadata().output);
    return net.metadata().output;
  };
  EXPECT_EQ(record(loss::MSE()), nn::Output::values);
  EXPECT_EQ(record(loss::BinaryCrossEntropy()), nn::Output::binary_logits);
  EXPECT_EQ(record(loss::BinaryCrossEntropy({.from_logits = false})), nn::Output::binary_probabilities);
  EXPECT_EQ(record(loss::MSE().with({.outputs = OutputKind::binary_probabilities})),
            nn::Output::binary_probabilities);
}

TEST(BadInput, C23_AMetricOfClassesIsRefusedForNumbers) {
  const auto numbers = data::tensors(ones({4, 2}), tensor<float>({1, 2, 3, 4}, {4, 1}));
  for (const char* name : {"accuracy", "top5", "test-margin"}) {
    const auto net = nn::sequential(nn::Linear(1));
    Trainer trainer(net, loss::MSE(), optim::Adam(0.1), {.metrics = {metrics::named(name)}});
    expect_error<ValueError>([&] { trainer.fit(numbers.batch(2)); },
                             {metrics::named(name).name(), "classes", "numbers", "leave the metric out"});
    EXPECT_EQ(trainer.position().total_steps, 0);
  }
  // Numbers that stand for classes can be measured, and so can what is said to be classes.
  const auto fit = [](const loss::Loss& loss, const Tensor& targets) {
    Trainer trainer(nn::sequential(nn::Linear(1)), loss, optim::Adam(0.1),
                    {.metrics = {metrics::Accuracy()}});
    return trainer.fit(data::tensors(ones({4, 2}), targets).batch(2)).steps;
  };
  EXPECT_EQ(fit(loss::MSE(), tensor<std::int64_t>({0, 1, 1, 0}, {4})), 2);
  EXPECT_EQ(fit(loss::MSE().with({.outputs = OutputKind::binary_probabilities}),
                tensor<float>({0, 1, 1, 0}, {4, 1})),
            2);
}

// The weights are set, so that logits lie between 0 and 0.5: yes, though below one half.
TEST(OwnLoss, AccuracyOfALogitIsComparedWithZero) {
  const auto net = nn::sequential(nn::Linear(1, {.bias = false}));
  net.build({1});
  Variable weight = net.parameters()[0];
  weight.assign(full({1, 1}, 0.3));
  const auto data = data::tensors(tensor<float>({1, 1, -1, -1}, {4, 1}), tensor<float>({1, 1, 0, 1}, {4, 1}));
  const auto accuracy = [&](const loss::Loss& loss, const metrics::Metric& metric) {
    Trainer trainer(net, loss, optim::Adam(0.1), {.metrics = {metric}});
    return figure(trainer.evaluate(data.batch(3)).metrics, "accuracy");
  };
  EXPECT_EQ(accuracy(loss::BinaryCrossEntropy(), metrics::Accuracy()), 0.75);
  EXPECT_EQ(accuracy(loss::BinaryCrossEntropy(), metrics::named("accuracy-from-logits")), 0.75);
  EXPECT_EQ(accuracy(loss::BinaryCrossEntropy(), metrics::Accuracy({.threshold = 0.5})), 0.25);
}

// Fit shows the figure of the metric that the caller holds, too.
TEST(OwnLoss, CallersSeeTheSumsOfTheirMetric) {
  const metrics::Accuracy accuracy;
  const auto net = nn::sequential(nn::Linear(1));
  Trainer trainer(net, loss::BinaryCrossEntropy(), optim::Adam(0.1), {.metrics = {accuracy}});
  const History history =
      trainer.fit(data::tensors(tensor<float>({1, -1}, {2, 1}), tensor<float>({1, 0}, {2, 1})).batch(2));
  EXPECT_EQ(history.series("accuracy").back(), accuracy.value());
}

TEST(OwnLoss, SamplesOfWeightZeroAreNotMeasured) {
  const Tensor inputs = tensor<float>({1, -1, 1, -1}, {4, 1}), targets = tensor<float>({1, 0, 0, 1}, {4, 1});
  const auto net = nn::sequential(nn::Linear(1, {.bias = false}));
  net.build({1});
  Variable weight = net.parameters()[0];
  weight.assign(ones({1, 1}));
  Trainer trainer(net, loss::BinaryCrossEntropy(), optim::Adam(0.1), {.metrics = {metrics::Accuracy()}});
  const auto measured = [&](const data::Dataset& data) { return trainer.evaluate(data.batch(4)).metrics; };
  const auto two = [](const Tensor& x) { return slice(x, {.stop = 2}); };
  const Logs kept = measured(data::tensors(two(inputs), two(targets)));
  const Logs masked = measured(
      data::tensors({{"input", inputs}, {"target", targets}, {"weight", tensor<float>({1, 1, 0, 0}, {4})}}));
  EXPECT_EQ(figure(kept, "accuracy"), 1);
  EXPECT_EQ(figure(masked, "accuracy"), 1);
  EXPECT_NEAR(figure(masked, "loss"), figure(kept, "loss"), 1e-7);
}

}  // namespace
}  // namespace luge::train
