// Looking at a network and refusing a step leave every byte of state as it was.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>

#include "core/draws.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/data/sources.h"
#include "luge/gradient_check.h"
#include "luge/loss/loss.h"
#include "luge/nn/activation.h"
#include "luge/nn/dropout.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/norm.h"
#include "luge/nn/observe.h"
#include "luge/nn/sequential.h"
#include "luge/nn/summary.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/ops/shape.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/temp_dir.h"
#include "train/diagnose.h"

namespace luge::train {
namespace {

using testing::expect_error;

data::Dataset samples(std::int64_t count, std::int64_t last_label = 1) {
  std::vector<float> inputs;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < count; ++i) {
    inputs.push_back(static_cast<float>(i % 5) - 2);
    inputs.push_back(static_cast<float>(i % 3));
    labels.push_back(i + 1 == count ? last_label : i % 2);
  }
  return data::tensors(tensor(inputs, {count, 2}), tensor(labels, {count}));
}

struct Subject {
  nn::Sequential net =
      nn::sequential(nn::Linear(4), nn::BatchNorm(), nn::Relu(), nn::Dropout(0.5), nn::Linear(2));
  metrics::Accuracy accuracy;
  Trainer trainer{net, loss::SoftmaxCrossEntropy(), optim::Adam(0.01), {.metrics = {accuracy}}};

  explicit Subject(std::int64_t epochs = 1) {
    random::seed(3);
    trainer.prepare(samples(8).info());
    if (epochs > 0) trainer.fit(samples(8).batch(4), {.epochs = epochs});
  }

  std::vector<std::pair<std::string, std::vector<double>>> state() const {
    std::vector<std::pair<std::string, std::vector<double>>> all;
    const auto add = [&](const std::string& name, const Variable& variable) {
      all.emplace_back(name, variable.value().to_vector<double>());
    };
    for (const auto& [name, variable] : net.named_parameters()) add(name, variable);
    for (const auto& [name, variable] : net.named_buffers()) add(name, variable);
    for (const auto& [name, variable] : trainer.optimizer().state()) add("optimizer " + name, variable);
    for (const Variable& sum : accuracy.state()) add("metric", sum);
    std::vector<double> modes = {net.training() ? 1.0 : 0.0};
    for (const auto& [name, child] : net.children()) modes.push_back(child->training() ? 1 : 0);
    all.emplace_back("modes", modes);
    const random::State generator = random::state();
    all.emplace_back("random", std::vector<double>{static_cast<double>(generator.seed),
                                                   static_cast<double>(generator.draw)});
    const Position& position = trainer.position();
    all.emplace_back(
        "position",
        std::vector<double>{static_cast<double>(position.total_steps), static_cast<double>(position.step),
                            position.losses.empty() ? 0.0 : position.losses[0].cost});
    return all;
  }
};

data::Batch batch_of(const data::Dataset& data) { return data.batch(8).epoch(0).next()->to_tensors(); }

TEST(Probes, LeaveEveryByteAsItWas) {
  const testing::TempDir dir;
  const data::Dataset data = samples(8);
  const data::Batch batch = batch_of(data);
  const std::vector<std::pair<std::string, std::function<void(Subject&)>>> probes = {
      {"summary", [](Subject& s) { nn::summary(s.net, {2}).to_string(); }},
      {"build", [](Subject& s) { s.net.build({2}); }},
      {"plan", [&](Subject& s) { s.trainer.plan(batch); }},
      {"explain", [&](Subject& s) { s.trainer.explain(batch); }},
      {"profile", [&](Subject& s) { s.trainer.profile(batch, 2); }},
      {"evaluate", [&](Subject& s) { s.trainer.evaluate(data.batch(3)); }},
      {"predict", [&](Subject& s) { s.trainer.predict(batch.input).to_vector<float>(); }},
      {"predict of the net", [&](Subject& s) { s.net.predict(batch.input).to_vector<float>(); }},
      {"save", [&](Subject& s) { s.net.save(dir.file("net.safetensors")); }},
      {"checkpoint", [&](Subject& s) { s.trainer.save(dir.file("all.safetensors")); }},
      {"diagnosis", [&](Subject& s) { first_non_finite(s.net, {batch.input}); }},
      {"observe in a probe",
       [&](Subject& s) {
         const nn::Probe probe(s.net, true);
         nn::observe(s.net, batch.input,
                     [](const nn::LayerCall& call) { call.outputs[0].to_vector<float>(); });
       }},
      {"gradient check",
       [](Subject& s) {
         const Tensor x = tensor<double>({1, 2, -1, 0.5, 3, 1}, {3, 2});
         const auto twin = nn::sequential(nn::Linear(3), nn::BatchNorm(), nn::Dropout(0.5));
         random::Mark mark;
         twin(x);
         mark.take_back();
         const auto before = twin.named_buffers()[0].variable.value().to_vector<double>();
         EXPECT_TRUE(gradient_check([&] { return Tensors{twin(x)}; }, twin.parameters()).passed);
         EXPECT_EQ(twin.named_buffers()[0].variable.value().to_vector<double>(), before);
         (void)s;
       }},
  };
  for (const bool training : {true, false}) {
    for (const auto& [name, probe] : probes) {
      Subject subject;
      subject.net.set_training(training);
      const auto before = subject.state();
      probe(subject);
      const auto after = subject.state();
      ASSERT_EQ(after.size(), before.size()) << name;
      for (std::size_t k = 0; k < before.size(); ++k)
        EXPECT_EQ(after[k], before[k]) << name << " changed " << before[k].first;
    }
  }
}

TEST(Probes, PredictInsideACompiledFunctionIsTracedOnce) {
  const Subject subject;
  const auto f = compile([&](const Tensor& x) { return subject.net.predict(x); });
  const Tensor x = ones({3, 2});
  const auto before = subject.state();
  const auto first = f(x).to_vector<float>();
  EXPECT_EQ(f(x).to_vector<float>(), first);
  EXPECT_EQ(first, subject.net.predict(x).to_vector<float>());
  EXPECT_EQ(f.traces(), 1u);
  EXPECT_EQ(subject.state(), before);
}

TEST(Probes, FitMovesRunningStatisticsOnceAStep) {
  const auto net = nn::sequential(nn::BatchNorm(), nn::Linear(2));
  const Tensor x = tensor<float>({1, 2, 3, 4, 5, 6, 7, 8}, {4, 2});  // channel means 4 and 5
  const auto data = data::tensors(x, tensor<std::int64_t>({0, 1, 0, 1}, {4}));
  Trainer trainer(net, loss::SoftmaxCrossEntropy(), optim::GradientDescent(0.01));
  trainer.fit(data.batch(4));
  const auto mean = net.named_buffers()[0].variable.value().to_vector<double>();
  EXPECT_NEAR(mean[0], 0.4, 1e-6);
  EXPECT_NEAR(mean[1], 0.5, 1e-6);
}

// What a step is refused for, and what the message names.
struct Refusal {
  std::string name;
  std::function<void(Subject&)> attempt;
  std::function<void(Subject&)> prepare = [](Subject&) {};
};

TEST(RefusedSteps, LeaveEverythingAsItWas) {
  const float huge = std::numeric_limits<float>::max();
  const auto overflowing = data::tensors(full({4, 2}, huge), zeros({4}, i64));
  const std::vector<Refusal> refusals = {
      {"overflow",  // the norms bring back large numbers, but none that the first layer lost
       [&](Subject& s) {
         expect_error<NonFiniteError>([&] { s.trainer.fit(overflowing.batch(4)); }, {"step 1", "linear1"});
       },
       [](Subject& s) {
         Variable weight = s.net.parameters()[0];
         weight.assign(full(weight.shape(), 2));
       }},
      {"label",
       [](Subject& s) {
         expect_error<IndexError>([&] { s.trainer.fit(samples(4, 7).batch(4)); }, {"row 3", "label 7"});
       }},
      {"label in a validation",
       [](Subject& s) {
         expect_error<IndexError>([&] { s.trainer.evaluate(samples(4, 7).batch(2)); }, {"row 3", "label 7"});
       }},
      {"an exception before the first step",
       [](Subject& s) {
         struct Thrower : Callback {
           void epoch_begin(Fit&) override { throw StateError("thrown by a callback"); }
         };
         expect_error<StateError>(
             [&] { s.trainer.fit(samples(4).batch(4), {.callbacks = {std::make_shared<Thrower>()}}); },
             {"thrown"});
       }},
  };
  for (const Refusal& refusal : refusals) {
    Subject subject(0);
    refusal.prepare(subject);
    const auto before = subject.state();
    refusal.attempt(subject);
    const auto after = subject.state();
    for (std::size_t k = 0; k < before.size(); ++k)
      EXPECT_EQ(after[k], before[k]) << refusal.name << " changed " << before[k].first;
  }
}

// The norm bears such inputs, its running variance does not.
TEST(RefusedSteps, ARunningStatisticThatWouldOverflow) {
  std::vector<float> inputs;
  for (int i = 0; i < 16; ++i) inputs.push_back(1e25f * static_cast<float>(i % 5));
  const auto data =
      data::tensors(tensor(inputs, {8, 2}), tensor<std::int64_t>({0, 1, 0, 1, 0, 1, 0, 1}, {8}));
  for (const std::int64_t accumulate : {1, 2}) {
    const auto net = nn::sequential(nn::BatchNorm(), nn::Linear(2));
    net.build({2});
    const auto weights = net.parameters()[2].value().to_vector<double>();
    Trainer trainer(net, loss::SoftmaxCrossEntropy(), optim::Adam(0.1), {.accumulate = accumulate});
    expect_error<NonFiniteError>([&] { trainer.fit(data.batch(4)); },
                                 {"step 1", "'batchnorm1.running_var'", "scale the data"});
    EXPECT_EQ(net.named_buffers()[0].variable.value().to_vector<double>(), std::vector<double>(2, 0.0));
    EXPECT_EQ(net.named_buffers()[1].variable.value().to_vector<double>(), std::vector<double>(2, 1.0));
    EXPECT_EQ(net.parameters()[2].value().to_vector<double>(), weights);
    EXPECT_EQ(trainer.optimizer().steps(), 0);
  }
}

// Adds up gradients without telling the guard of it.
struct Sums : optim::Rule {
  std::string name() const override { return "sums"; }
  Tensor update(const Tensor& parameter, const Tensor& gradient, optim::Slots& slot) const override {
    Tensor& sum = slot("sum");
    sum = sum + gradient;
    return parameter - slot.learning_rate() * sum;
  }
};

// Each gradient is finite, their moment is not: last.safetensors keeps what can be gone on from.
TEST(RefusedSteps, AStateThatOverflowedIsNotSaved) {
  const testing::TempDir dir;
  const auto net = nn::sequential(nn::Linear(1, {.bias = false}));
  net.build({1});
  Variable weight = net.parameters()[0];
  weight.assign(ones({1, 1}));
  const loss::Loss steep("steep", loss::Reduction::mean, [](const Tensor& prediction, const Tensor&) {
    return loss::Cost{.each = reshape(prediction, {-1}) * 1.8e38, .weight = {}};
  });
  const auto data = data::tensors(ones({1, 1}), zeros({1, 1}));
  Trainer trainer(net, steep, optim::Optimizer(std::make_shared<Sums>(), 1.2e-38, {}));
  expect_error<NonFiniteError>(
      [&] { trainer.fit(data.batch(1), {.epochs = 5, .callbacks = {checkpoint(dir.path(), {.every = 1})}}); },
      {"step-2.safetensors", "was not written", "'linear1.weight'", "inf", "step 2"});
  EXPECT_TRUE(std::filesystem::exists(dir.path() / "checkpoints/step-1.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "checkpoints/step-2.safetensors"));
}

struct RootOfSquare : nn::Module {
  nn::Linear linear = child("linear", nn::Linear(1));
  Tensor forward(const Tensor& x) const override { return sqrt(square(linear(x))); }
};

// At 0 the loss is finite and the derivative is not: nothing is written, nothing is saved.
TEST(RefusedSteps, AGradientThatIsNotFiniteBesideAFiniteLoss) {
  const testing::TempDir dir;
  const RootOfSquare net;
  net.build({2});
  for (Variable& parameter : net.parameters()) parameter.assign(zeros(parameter.shape()));
  const auto data = data::tensors(ones({4, 2}), ones({4, 1}));
  for (const optim::Optimizer& optimizer :
       {optim::Optimizer(optim::GradientDescent(0.1)), optim::Optimizer(optim::Adam(0.1)),
        optim::Optimizer(optim::Momentum(0.1))}) {
    for (const std::int64_t accumulate : {1, 2}) {
      Trainer trainer(net, loss::MSE(), optimizer, {.accumulate = accumulate});
      if (accumulate > 1) trainer = Trainer(net, loss::MSE(), optim::Adam(0.1), {.accumulate = accumulate});
      expect_error<NonFiniteError>(
          [&] { trainer.fit(data.batch(2), {.epochs = 2, .callbacks = {checkpoint(dir.path())}}); },
          {"step 1", "the gradient of 'linear.weight' is nan", "loss is finite"});
      for (const Variable& parameter : net.parameters()) {
        for (const double value : parameter.value().to_vector<double>()) EXPECT_EQ(value, 0);
      }
      for (const auto& [name, variable] : trainer.optimizer().state()) {
        if (name == "learning_rate") continue;
        for (const double value : variable.value().to_vector<double>()) EXPECT_EQ(value, 0) << name;
      }
      EXPECT_FALSE(std::filesystem::exists(dir.path() / "checkpoints/last.safetensors"));
    }
  }
}

TEST(Modes, APartInEvalModeStaysSoWhenTheWholeIsFitted) {
  random::seed(2);
  const nn::BatchNorm frozen, free;
  const auto net = nn::sequential(nn::Linear(3), frozen, nn::Relu(), free, nn::Linear(2));
  net.build({2});
  frozen.set_training(false);
  const auto validation = samples(8);
  Trainer trainer(net, loss::SoftmaxCrossEntropy(), optim::Adam(0.01));
  trainer.fit(samples(8).batch(4), {.epochs = 2, .validation = validation.batch(4)});
  EXPECT_EQ(frozen.running_mean.value().to_vector<double>(), std::vector<double>(3, 0.0));
  EXPECT_NE(free.running_mean.value().to_vector<double>(), std::vector<double>(3, 0.0));
  EXPECT_FALSE(frozen.training());
  EXPECT_TRUE(free.training());

  const auto twin = net.clone();
  Trainer(twin, loss::SoftmaxCrossEntropy(), optim::Adam(0.01)).fit(samples(8).batch(4));
  EXPECT_EQ(twin.named_buffers()[0].variable.value().to_vector<double>(), std::vector<double>(3, 0.0));
  EXPECT_FALSE(twin.children()[1].second->training());

  const testing::TempDir dir;
  net.save(dir.file("net.safetensors"));
  const nn::Loaded loaded = nn::load(dir.file("net.safetensors"));
  const auto moved = [&](const std::string& name) {
    for (const auto& [path, variable] : loaded.named_buffers()) {
      if (path == name) return variable.value().to_vector<double>();
    }
    return std::vector<double>();
  };
  const auto before = moved("batchnorm2.running_mean");
  Trainer(loaded, loss::SoftmaxCrossEntropy(), optim::Adam(0.01)).fit(samples(8).batch(4));
  EXPECT_EQ(moved("batchnorm1.running_mean"), std::vector<double>(3, 0.0));
  EXPECT_NE(moved("batchnorm2.running_mean"), before);

  net.set_training(true);  // the whole decides anew
  trainer.fit(samples(8).batch(4));
  EXPECT_NE(frozen.running_mean.value().to_vector<double>(), std::vector<double>(3, 0.0));
}

TEST(Modes, PartsMayBeFrozenAndUnfrozenBetweenFits) {
  random::seed(2);
  const nn::Linear first(3);
  const auto net = nn::sequential(first, nn::Relu(), nn::Linear(2));
  net.build({2});
  Trainer trainer(net, loss::SoftmaxCrossEntropy(), optim::AdamW(0.01));
  for (const bool trainable : {false, true, false, true}) {
    first.set_trainable(trainable);
    const auto before = first.parameters()[0].value().to_vector<float>();
    trainer.fit(samples(8).batch(4));
    EXPECT_EQ(first.parameters()[0].value().to_vector<float>() != before, trainable);
  }
  EXPECT_EQ(trainer.traces(), 2u);
}

TEST(Modes, ANetworkInEvalModeIsFittedInTrainMode) {
  const nn::BatchNorm norm;
  const auto net = nn::sequential(norm, nn::Linear(2));
  net.build({2});
  net.set_training(false);
  Trainer(net, loss::SoftmaxCrossEntropy(), optim::Adam(0.01)).fit(samples(8).batch(4));
  EXPECT_NE(norm.running_mean.value().to_vector<double>(), std::vector<double>(2, 0.0));
  EXPECT_FALSE(net.training());
}

}  // namespace
}  // namespace luge::train
