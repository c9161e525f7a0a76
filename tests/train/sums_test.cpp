// Figures and updates that do not depend on how the data are cut into batches.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/metrics/metric.h"
#include "luge/nn/activation.h"
#include "luge/nn/layers.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/nn/squashing.h"
#include "luge/ops/math.h"
#include "luge/ops/random.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/loss_data.h"

namespace luge::train {
namespace {

using loss::Loss;
using loss::Reduction;
using testing::expect_error;

constexpr std::int64_t kSamples = 14;

struct Row {
  std::string name;
  Loss loss;
  std::int64_t outputs = 3;
  bool ignores = false;  // every fifth label is -1
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

std::vector<Row> rows() {
  std::vector<Row> all;
  for (const std::string& name : loss::names()) all.push_back({name, loss::named(name)});
  all.push_back({"weighted", loss::SoftmaxCrossEntropy({.class_weights = {1, 10, 0.5}})});
  all.push_back({"ignoring", loss::SoftmaxCrossEntropy({.ignore_index = -1}), 3, true});
  all.push_back({"ignoring_weighted",
                 loss::SoftmaxCrossEntropy({.class_weights = {1, 10, 2}, .ignore_index = -1}), 3, true});
  all.push_back({"summed", loss::SoftmaxCrossEntropy({.reduction = Reduction::sum})});
  all.push_back({"positives", loss::BinaryCrossEntropy({.positive_weight = 4}), 1});
  return all;
}

data::Dataset data_for(const Row& row) {
  std::vector<float> inputs;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < kSamples; ++i) {
    inputs.push_back(static_cast<float>(i % 5) / 2 - 1);
    inputs.push_back(static_cast<float>(i % 3) - 1);
    labels.push_back(row.ignores && i % 5 == 0 ? -1 : i % row.outputs);
  }
  const Tensor x = tensor(inputs, {kSamples, 2});
  if (row.loss.about().targets == loss::Targets::Kind::labels && row.name != "ctc")
    return data::tensors(x, tensor(labels, {kSamples}));
  random::seed(4);
  const Tensor target = testing::loss_data(row.name, row.loss, kSamples, row.outputs).target;
  return data::tensors(x, is_floating(target.dtype()) ? cast(target, f32) : target);
}

// Gives what the loss takes: the shape of its predictions, and probabilities where it asks for them.
nn::Sequential net_for(const Row& row) {
  random::seed(9);
  const Shape shape =
      testing::loss_data(row.name, row.loss, kSamples, row.outputs).prediction.shape().without(0);
  nn::Sequential net;
  net.add(nn::Linear(shape.elements()));
  if (shape.rank() > 1) {
    std::vector<std::int64_t> extents;
    for (int axis = 0; axis < shape.rank(); ++axis) extents.push_back(shape[axis]);
    net.add(nn::layer("reshape", {{"shape", extents}}));
  }
  if (row.loss.outputs() == OutputKind::probabilities) net.add(nn::Softmax());
  if (row.loss.about().log_probabilities) net.add(nn::LogSoftmax());
  if (row.loss.outputs() == OutputKind::binary_probabilities) net.add(nn::Sigmoid());
  net.build({2});
  return net;
}

// The metrics that can be measured on what the loss takes.
std::vector<metrics::Metric> metrics_for(const Row& row, const Tensors& sample) {
  std::vector<metrics::Metric> measured;
  std::set<std::string> known;
  const bool classes = row.loss.about().targets == loss::Targets::Kind::labels;
  for (const std::string& name : metrics::names()) {
    const metrics::Metric metric = metrics::named(name);
    if (!known.insert(metric.name()).second) continue;  // two names of one metric
    try {
      metrics::check_measures(name, metric.measures(), row.loss.outputs(), classes);
      const metrics::Metric tried = metric.fresh().of_outputs(row.loss.outputs());
      tried.update(sample[0], sample[1], row.loss.counted(sample[0], sample[1]));
      tried.value();
      measured.push_back(metric);
    } catch (const Error&) {
    }
  }
  return measured;
}

class EveryLoss : public ::testing::TestWithParam<Row> {};

TEST_P(EveryLoss, EvaluatesTheSameHoweverItIsCut) {
  const Row& row = GetParam();
  const data::Dataset data = data_for(row);
  const auto net = net_for(row);
  const auto all = data.batch(kSamples).epoch(0).next()->to_tensors();
  const std::vector<metrics::Metric> measured = metrics_for(row, {net(all.input), all.target});
  Trainer trainer(net, row.loss, optim::GradientDescent(1e-30), {.metrics = measured});
  const Evaluation whole = trainer.evaluate(data.batch(kSamples));
  const double direct = row.loss(net(all.input), all.target).item<double>();
  EXPECT_NEAR(value_of(whole.metrics, "loss"), direct, 1e-5 * std::abs(direct));
  for (const std::int64_t batch : {1, 2, 4, 7}) {
    const Evaluation parts = trainer.evaluate(data.batch(batch));
    ASSERT_EQ(parts.metrics.size(), whole.metrics.size());
    const History history = trainer.fit(data.batch(batch), {.validation = data.batch(batch)});
    for (const auto& [name, value] : whole.metrics) {
      const double tolerance = 1e-5 * std::max(1.0, std::abs(value));
      EXPECT_NEAR(value_of(parts.metrics, name), value, tolerance) << name << ", batch " << batch;
      EXPECT_NEAR(history.series(name)[0], value, tolerance) << name << ", batch " << batch;
      EXPECT_NEAR(history.series("val_" + name)[0], value, tolerance) << name << ", batch " << batch;
    }
  }
}

TEST_P(EveryLoss, AccumulatedBatchesAreOneBatch) {
  const Row& row = GetParam();
  const data::Dataset data = data_for(row);
  const auto train = [&](std::int64_t batch, std::int64_t accumulate) {
    const auto net = net_for(row);
    Trainer trainer(net, row.loss, optim::GradientDescent(0.1), {.accumulate = accumulate});
    trainer.fit(data.batch(batch));
    EXPECT_EQ(trainer.optimizer().steps(), 1);
    return net.parameters()[0].value().to_vector<double>();
  };
  const auto whole = train(kSamples, 1);
  if (row.loss.root()) {
    expect_error<ValueError>([&] { train(4, 4); }, {"accumulate is 4", "root of a mean", "mse"});
    return;
  }
  for (const auto& [batch, accumulate] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 14}, {4, 4}, {4, 100}, {5, 3}, {14, 4}}) {
    const auto parts = train(batch, accumulate);
    for (std::size_t k = 0; k < whole.size(); ++k)
      EXPECT_NEAR(parts[k], whole[k], 1e-6 * std::max(1.0, std::abs(whole[k])))
          << "batch " << batch << ", accumulate " << accumulate;
  }
}

INSTANTIATE_TEST_SUITE_P(Losses, EveryLoss, ::testing::ValuesIn(rows()), [](const auto& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Sums, OneBatchOfAGroupOfFourMakesAWholeStep) {
  const auto net = nn::sequential(nn::Linear(1, {.bias = false}));
  net.build({1});
  Variable weight = net.parameters()[0];
  weight.assign(zeros({1, 1}));
  Trainer trainer(net, loss::MSE(), optim::GradientDescent(0.1), {.accumulate = 4});
  trainer.fit(data::tensors(ones({2, 1}), ones({2, 1})).batch(2));
  EXPECT_NEAR(weight.value().item<double>(), 0.2, 1e-7);
}

TEST(Sums, IgnoredLabelsCountForNothingInFit) {
  const Row row{"ignoring", loss::SoftmaxCrossEntropy({.ignore_index = -1}), 3, true};
  const auto net = net_for(row);
  Trainer trainer(net, row.loss, optim::Adam(0.1), {.metrics = {metrics::Accuracy()}});
  const History history = trainer.fit(data_for(row).batch(4), {.epochs = 60});
  EXPECT_LT(history.series("loss").back(), history.series("loss").front());
  const auto all_right = data::tensors(ones({4, 2}), tensor<std::int64_t>({-1, -1, -1, -1}, {4}));
  const auto before = net.parameters()[0].value().to_vector<float>();
  const Evaluation nothing = trainer.evaluate(all_right.batch(2));
  EXPECT_TRUE(std::isnan(value_of(nothing.metrics, "loss")));
  Trainer descent(net, row.loss, optim::GradientDescent(0.1));
  descent.fit(all_right.batch(2));  // goes through, and learns nothing
  EXPECT_EQ(net.parameters()[0].value().to_vector<float>(), before);
}

TEST(Sums, AFitBeginsWithoutTheGradientsOfAnInterruptedOne) {
  const Row row{"mse", loss::MSE(), 1};
  const auto train = [&](bool interrupted) {
    const auto net = net_for(row);
    Trainer trainer(net, row.loss, optim::GradientDescent(0.1), {.accumulate = 3});
    if (interrupted)
      trainer.fit(data_for(row).batch(2), {.callbacks = {stop_when([] { return true; }, "asked")}});
    trainer.fit(data_for(row).batch(2));
    return net.parameters()[0].value().to_vector<float>();
  };
  EXPECT_EQ(train(true), train(false));
}

TEST(BadInput, C23_TargetsThatAreNoLabelsOrNumbersNameTheRow) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto fit_and_evaluate = [](Loss loss, const Tensor& target, std::int64_t outputs,
                                   const std::vector<std::string>& words) {
    const auto net = nn::sequential(nn::Linear(outputs));
    net.build({2});
    Trainer trainer(net, std::move(loss), optim::Adam(0.1));
    const auto before = net.parameters()[0].value().to_vector<float>();
    const auto data = data::tensors(ones({4, 2}), target);
    const auto good = data.take(1);
    const auto refuses = [&](const std::function<void()>& attempt) {
      try {
        attempt();
        ADD_FAILURE() << "nothing was refused; expected " << words[0];
      } catch (const Error& error) {
        for (const std::string& word : words)
          EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
      }
    };
    refuses([&] { trainer.fit(data.batch(4)); });
    refuses([&] { trainer.evaluate(data.batch(2)); });
    EXPECT_EQ(net.parameters()[0].value().to_vector<float>(), before);
  };
  const Loss entropy = loss::SoftmaxCrossEntropy();
  fit_and_evaluate(entropy, tensor<float>({0, 1, 0.5f, 1}, {4}), 2, {"row 2", "label 0.5", "0 to 1"});
  fit_and_evaluate(entropy, tensor<float>({0, 1, nan, 1}, {4}), 2, {"row 2", "nan"});
  fit_and_evaluate(entropy, tensor<float>({0, -0.5f, 1, 1}, {4}), 2, {"row 1", "label -0.5"});
  fit_and_evaluate(entropy, tensor<std::int32_t>({0, 1, 1, 2}, {4}), 2, {"row 3", "label 2"});
  fit_and_evaluate(loss::MSE(), tensor<float>({0, 1, nan, 1}, {4, 1}), 1, {"row 2", "nan"});
  fit_and_evaluate(loss::BinaryCrossEntropy(), tensor<float>({0, 1, 1.5f, 1}, {4, 1}), 1, {"row 2", "1.5"});
  fit_and_evaluate(loss::BinaryCrossEntropy(), tensor<std::int64_t>({0, 1, 2, 1}, {4}), 1, {"row 2", "2"});
}

TEST(Sums, WholeNumbersAreValuesForALossOfValues) {
  const auto net = nn::sequential(nn::Linear(1));
  const auto prices = data::tensors(ones({3, 2}), tensor<std::int64_t>({250, 300, 275}, {3}));
  EXPECT_EQ(Trainer(net, loss::MSE(), optim::Adam(0.1)).fit(prices.batch(3)).steps, 1);
}

}  // namespace
}  // namespace luge::train
