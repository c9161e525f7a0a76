// What figures are called and which way they are good: best epochs, stopping, names that must differ.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

using metrics::Better;
using testing::expect_error;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

data::Dataset samples() {
  return data::tensors(tensor<float>({-1, 1, -2, 2}, {4, 1}), tensor<std::int64_t>({0, 1, 0, 1}, {4}));
}

// A figure whose value the test says.
metrics::Metric told(const std::string& name, std::shared_ptr<double> value, std::optional<Better> better) {
  return metrics::Metric({.name = name,
                          .sums = {},
                          .update = [](const Tensors& sums, const Tensor&, const Tensor&) { return sums; },
                          .result = [value](const Tensors&) { return scalar(*value, f64); },
                          .better = better});
}

Trainer trainer_with(std::vector<metrics::Metric> measured) {
  return Trainer(nn::sequential(nn::Linear(2)), loss::SoftmaxCrossEntropy(), optim::GradientDescent(1e-3),
                 {.metrics = std::move(measured)});
}

// Says the next value at every epoch's begin.
CallbackRef teller(std::shared_ptr<double> value, std::vector<double> values) {
  struct Teller : Callback {
    std::shared_ptr<double> value;
    std::vector<double> values;
    void epoch_begin(Fit& fit) override { *value = values.at(static_cast<std::size_t>(fit.epoch)); }
  };
  const auto callback = std::make_shared<Teller>();
  callback->value = std::move(value);
  callback->values = std::move(values);
  return callback;
}

std::int64_t epochs_until(std::vector<double> values, std::optional<Better> better,
                          const CallbackRef& stopper) {
  const auto value = std::make_shared<double>(0);
  Trainer trainer = trainer_with({told("various_loss", value, better)});
  const auto count = static_cast<std::int64_t>(values.size());
  const History history = trainer.fit(
      samples().batch(4), {.epochs = count, .callbacks = {teller(value, std::move(values)), stopper}});
  return static_cast<std::int64_t>(history.epochs.size());
}

TEST(Monitor, NanIsNeverTheBest) {
  const auto stopper = [] { return early_stopping({.monitor = "various_loss", .patience = 2}); };
  EXPECT_EQ(epochs_until({kNan, 3, 2, 1, 0.5, 0.4}, Better::lower, stopper()), 6);
  EXPECT_EQ(epochs_until({3, kNan, 2, kNan, 1, kNan}, Better::lower, stopper()), 6);
  EXPECT_EQ(epochs_until({kNan, kNan, 1, 1, 1, 1}, Better::lower, stopper()), 2);
  EXPECT_EQ(epochs_until({3, 2, 3, 3, 1, 1}, Better::lower, stopper()), 4);
  EXPECT_EQ(epochs_until({1, 2, 3, 4, 5}, Better::higher, stopper()), 5);
  EXPECT_EQ(epochs_until({kNan, 1, kNan}, Better::lower, stop_at("various_loss", 0.5)), 3);
  EXPECT_EQ(epochs_until({kNan, 0.2, kNan}, Better::lower, stop_at("various_loss", 0.5)), 2);
}

TEST(Monitor, TheMetricSaysWhichWayItIsGood) {
  expect_error<ValueError>([] { epochs_until({1}, {}, early_stopping({.monitor = "various_loss"})); },
                           {"early_stopping", "various_loss", "a higher or a lower", "better"});
  expect_error<ValueError>([] { epochs_until({1}, {}, stop_at("various_loss", 1)); },
                           {"stop_at", "a higher or a lower"});
  EXPECT_EQ(epochs_until({1, 2, 3}, {}, stop_at("various_loss", 2, Better::higher)), 2);
  EXPECT_EQ(metrics::Accuracy().better(), Better::higher);
  EXPECT_EQ(metrics::TopK(2).better(), Better::higher);
  EXPECT_EQ(metrics::Mean("x", Better::lower).better(), Better::lower);
  EXPECT_FALSE(metrics::Mean("accuracy").better());
  for (const std::string& name : metrics::names()) EXPECT_TRUE(metrics::named(name).better()) << name;
}

TEST(Monitor, EqualFiguresGoToTheLowerValidationLoss) {
  History history;
  history.columns = {{"val_loss", Better::lower}, {"val_accuracy", Better::higher}};
  const auto add = [&](double loss, double accuracy) {
    const auto epoch = static_cast<std::int64_t>(history.epochs.size());
    history.epochs.push_back({epoch, epoch, 0, {{"val_loss", loss}, {"val_accuracy", accuracy}}});
  };
  add(kNan, kNan), add(0.5, 0.9), add(0.3, 0.9), add(0.4, 0.9), add(0.1, 0.8), add(kNan, 0.9);
  EXPECT_EQ(history.best("val_accuracy").epoch, 2);
  EXPECT_EQ(history.best("val_loss").epoch, 4);
  EXPECT_EQ(default_monitor(history.columns), "val_accuracy");
  expect_error<ValueError>([&] { history.best("val_acuracy"); }, {"val_acuracy", "did you mean"});
}

TEST(Monitor, TheBestCheckpointIsNotTheOneThatWasNan) {
  const testing::TempDir dir;
  const auto value = std::make_shared<double>(0);
  Trainer trainer = trainer_with({told("score", value, Better::higher)});
  const auto bias = [&] {
    return nn::load(dir.file("checkpoints/best.safetensors")).named_parameters().front().variable.value();
  };
  trainer.fit(samples().batch(4),
              {.epochs = 3,
               .callbacks = {teller(value, {kNan, 1, kNan}), checkpoint(dir.path(), {.monitor = "score"})}});
  EXPECT_NE(bias().to_vector<float>(),
            trainer.net().named_parameters().front().variable.value().to_vector<float>());
}

TEST(BadInput, C32_FiguresOfOneName) {
  const auto value = std::make_shared<double>(0);
  const auto make = [&](const std::string& name) { trainer_with({told(name, value, Better::lower)}); };
  expect_error<ValueError>([] { trainer_with({metrics::Accuracy(), metrics::Accuracy()}); }, {"accuracy"});
  expect_error<ValueError>([&] { make("loss"); }, {"'loss'"});
  expect_error<ValueError>([&] { make("epoch"); }, {"'epoch'"});
  expect_error<ValueError>([&] { make("val_x"); }, {"'val_x'", "validation"});
  expect_error<ValueError>([&] { make(""); }, {"name"});
  expect_error<ValueError>([] { trainer_with({metrics::ConfusionMatrix(2)}); },
                           {"confusion_matrix", "[2,2]", "single numbers"});
  expect_error<ValueError>(
      [] {
        Trainer(nn::sequential(nn::Linear(2)),
                loss::SoftmaxCrossEntropy({.reduction = loss::Reduction::none}), optim::Adam());
      },
      {"Reduction::mean"});
}

TEST(Callbacks, TwoOfOneNameKeepTheirOwnState) {
  const testing::TempDir dir;
  const auto stoppers = [] {
    return std::vector<CallbackRef>{early_stopping({.monitor = "loss", .patience = 9}),
                                    early_stopping({.monitor = "accuracy", .patience = 7})};
  };
  const auto make = [] { return trainer_with({metrics::Accuracy()}); };
  Trainer first = make();
  auto callbacks = stoppers();
  first.fit(samples().batch(4), {.epochs = 3, .callbacks = callbacks});
  const std::vector<std::string> states = {callbacks[0]->state(), callbacks[1]->state()};
  EXPECT_NE(states[0], states[1]);
  first.save(dir.file("three"));
  Trainer second = make();
  second.prepare(samples().info());
  second.restore(dir.file("three"));
  callbacks = stoppers();
  second.fit(samples().batch(4), {.epochs = 3, .callbacks = callbacks});
  EXPECT_EQ(callbacks[0]->state(), states[0]);
  EXPECT_EQ(callbacks[1]->state(), states[1]);
}

TEST(Callbacks, MayEvaluateWithinAnEpoch) {
  struct Looker : Callback {
    void step_end(Fit& fit) override {
      const auto before = fit.logs();
      EXPECT_EQ(fit.trainer->evaluate(samples().batch(1)).samples, 4);
      EXPECT_EQ(fit.logs(), before);
    }
  };
  const auto train = [](std::vector<CallbackRef> callbacks) {
    random::seed(4);
    Trainer trainer = trainer_with({metrics::Accuracy()});
    return trainer.fit(samples().batch(2), {.epochs = 2, .callbacks = std::move(callbacks)})
        .series("accuracy");
  };
  EXPECT_EQ(train({std::make_shared<Looker>()}), train({}));
}

}  // namespace
}  // namespace luge::train
