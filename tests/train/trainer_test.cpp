// Training: what fit changes and measures, and the inputs it refuses.
#include "luge/train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/nn/activation.h"
#include "luge/nn/dropout.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "support/errors.h"

namespace luge::train {
namespace {

using testing::expect_error;

// Two clouds: class 0 left, class 1 right.
data::Dataset clouds(std::int64_t count, std::int64_t label_of_last = 1) {
  std::vector<float> inputs;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < count; ++i) {
    const float side = i % 2 == 0 ? -1.0f : 1.0f;
    inputs.push_back(side + 0.01f * static_cast<float>(i % 7));
    inputs.push_back(0.1f * static_cast<float>(i % 5));
    labels.push_back(i + 1 == count ? label_of_last : i % 2);
  }
  return data::tensors(tensor(inputs, {count, 2}), tensor(labels, {count}));
}

nn::Sequential small_net() {
  return nn::sequential(nn::Linear(8), nn::Relu(), nn::Dropout(0.2), nn::Linear(2));
}

Trainer trainer_for(const nn::Model& net, double rate = 0.05) {
  return Trainer(net, loss::SoftmaxCrossEntropy(), optim::Adam(rate), {.metrics = {metrics::Accuracy()}});
}

TEST(Trainer, LearnsAndKeepsAHistory) {
  random::seed(1);
  const auto net = small_net();
  Trainer trainer = trainer_for(net);
  const auto data = clouds(66);
  const History history = trainer.fit(data.shuffle().batch(16), {.epochs = 8, .validation = data.batch(16)});
  ASSERT_EQ(history.epochs.size(), 8u);
  EXPECT_EQ(history.steps, 8 * 5);
  EXPECT_LT(history.series("loss").back(), 0.5 * history.series("loss").front());
  EXPECT_GT(history.series("val_accuracy").back(), 0.95);
  EXPECT_EQ(trainer.traces(), 2u) << "one program for full batches, one for the last";
  const Evaluation evaluation = trainer.evaluate(data.batch(20));
  EXPECT_EQ(evaluation.samples, 66);
  EXPECT_NEAR(value_of(evaluation.metrics, "accuracy"), history.series("val_accuracy").back(), 1e-9);
  EXPECT_EQ(trainer.predict(tensor({1.0f, 0.0f}, {1, 2})).shape(), Shape({1, 2}));
}

// Two half batches make the step of a whole one: no batch norm or dropout in between.
TEST(Trainer, AccumulatedBatchesTrainAsOne) {
  const auto data = clouds(64);
  const auto train = [&](std::int64_t batch, std::int64_t accumulate) {
    random::seed(7);
    const auto net = nn::sequential(nn::Linear(8), nn::Relu(), nn::Linear(2));
    Trainer trainer(net, loss::SoftmaxCrossEntropy(), optim::Momentum(0.05), {.accumulate = accumulate});
    trainer.fit(data.batch(batch), {.epochs = 2});
    EXPECT_EQ(trainer.optimizer().steps(), 2 * 64 / (batch * accumulate));
    return net.parameters()[0].value().to_vector<float>();
  };
  const std::vector<float> whole = train(32, 1), halves = train(16, 2);
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(whole[i], halves[i], 1e-6) << i;
}

TEST(Trainer, NotesTellWhatTheNetworkWasTrainedOn) {
  const auto net = small_net();
  trainer_for(net).fit(clouds(8).affine({{0.5f}, {2.0f}}).batch(4));
  EXPECT_EQ(net.metadata().input, Shape({2}));
  EXPECT_EQ(net.metadata().output, nn::Output::logits);
  EXPECT_FLOAT_EQ(net.metadata().offset[0], 0.5f);
}

TEST(Trainer, EarlyStoppingWaitsForItsPatience) {
  const auto net = small_net();
  Trainer trainer = trainer_for(net, 1e-12);
  const auto history =
      trainer.fit(clouds(16).batch(8), {.epochs = 50,
                                        .validation = clouds(16).batch(8),
                                        .callbacks = {early_stopping({.patience = 3, .min_delta = 0.01})}});
  EXPECT_EQ(history.epochs.size(), 4u);
  EXPECT_NE(history.stop_reason.find("val_loss"), std::string::npos);
  expect_error<ValueError>(
      [&] {
        trainer.fit(clouds(16).batch(8),
                    {.epochs = 2, .callbacks = {early_stopping({.monitor = "val_acuracy"})}});
      },
      {"val_acuracy", "accuracy"});
}

TEST(Trainer, StopAtEndsOnceTheFigureIsGoodEnough) {
  const auto net = small_net();
  const auto history =
      trainer_for(net).fit(clouds(64).batch(8), {.epochs = 200, .callbacks = {stop_at("accuracy", 0.9)}});
  EXPECT_LT(history.epochs.size(), 200u);
  EXPECT_GE(history.series("accuracy").back(), 0.9);
}

TEST(BadInput, C18_ALossThatIsNoNumberNamesTheLayerAndChangesNothing) {
  const auto net = small_net();
  Trainer trainer = trainer_for(net);
  trainer.fit(clouds(16).batch(8));
  Variable weight = net.named_parameters().at(2).variable;
  ASSERT_EQ(weight.name(), "linear2.weight");
  weight.assign(weight.value() * std::numeric_limits<float>::infinity());
  const auto before = net.named_parameters().at(0).variable.value().to_vector<float>();
  expect_error<NonFiniteError>([&] { trainer.fit(clouds(16).batch(8), {.epochs = 3}); },
                               {"step 1", "epoch 1", "linear2.weight", "first of all"});
  EXPECT_EQ(net.named_parameters().at(0).variable.value().to_vector<float>(), before);
}

TEST(BadInput, C21_EmptyDataIsRefusedBeforeTheFirstEpoch) {
  Trainer trainer = trainer_for(small_net());
  expect_error<ValueError>([&] { trainer.fit(clouds(8).take(0).batch(4)); }, {"0 samples", "training"});
  expect_error<ValueError>([&] { trainer.fit(clouds(3).batch(4, {.drop_last = true})); },
                           {"3 samples", "batch of 4"});
  expect_error<ValueError>([&] { trainer.evaluate(clouds(8).take(0).batch(4)); }, {"0 samples"});
}

TEST(BadInput, C22_FewerSamplesThanABatchTrainAsOneBatch) {
  const auto net = small_net();
  EXPECT_EQ(trainer_for(net).fit(clouds(3).batch(64)).steps, 1);
}

TEST(BadInput, C23_ALabelThatIsNoClassNamesTheSample) {
  Trainer trainer = trainer_for(small_net());
  expect_error<IndexError>([&] { trainer.fit(clouds(10, 7).batch(4), {.epochs = 1}); },
                           {"row 9", "label 7", "0 to 1"});
  expect_error<IndexError>([&] { trainer.fit(clouds(10, -1).batch(4), {.epochs = 1}); },
                           {"row 9", "label -1"});
}

TEST(BadInput, C25_SamplesOfOneClassGiveDefinedFigures) {
  const auto one = clouds(20).select({0, 2, 4, 6, 8});
  const auto net = small_net();
  const auto history = trainer_for(net).fit(one.batch(2), {.epochs = 2, .validation = one.batch(5)});
  for (const auto& [name, value] : history.epochs.back().logs) EXPECT_TRUE(std::isfinite(value)) << name;
}

TEST(BadInput, C27_NoEpochsTrainNothing) {
  const auto net = small_net();
  EXPECT_TRUE(trainer_for(net).fit(clouds(8).batch(4), {.epochs = 0}).epochs.empty());
  expect_error<ValueError>([&] { trainer_for(net).fit(clouds(8).batch(4), {.epochs = -1}); },
                           {"epochs", "-1"});
}

TEST(BadInput, C31_ValidationOfAnotherShape) {
  Trainer trainer = trainer_for(small_net());
  const auto other = data::tensors(zeros({4, 3}), zeros({4}, i64));
  expect_error<ShapeError>([&] { trainer.fit(clouds(8).batch(4), {.validation = other.batch(4)}); },
                           {"validation", "[3]", "[2]"});
}

TEST(BadInput, C32_AnOptimizerOfAnotherModel) {
  const optim::Adam shared(0.01);
  const auto first = small_net(), second = small_net();
  Trainer(first, loss::SoftmaxCrossEntropy(), shared).fit(clouds(8).batch(4));
  expect_error<StateError>(
      [&] { Trainer(second, loss::SoftmaxCrossEntropy(), shared).fit(clouds(8).batch(4)); },
      {"linear1.weight", "optimizer"});
}

// To the last digit, and the smallest of all is no sign for "ignored".
TEST(BadInput, C23_LabelsThatAreNoClassAreNamedExactly) {
  constexpr std::int64_t odd = (std::int64_t{1} << 53) + 1;
  for (const std::int64_t label :
       {odd, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    Trainer trainer = trainer_for(small_net());
    expect_error<IndexError>([&] { trainer.fit(clouds(4, label).batch(4)); },
                             {"row 3", "label " + std::to_string(label) + " is not a class"});
    Trainer ignoring(small_net(), loss::SoftmaxCrossEntropy({.ignore_index = label}), optim::Adam(0.01));
    if (label == no_label) {
      expect_error<IndexError>([&] { ignoring.fit(clouds(4, label).batch(4)); }, {"row 3"});
    } else {
      EXPECT_EQ(ignoring.fit(clouds(4, label).batch(4)).steps, 1);
    }
    Trainer beside(small_net(), loss::SoftmaxCrossEntropy({.ignore_index = label ^ 1}), optim::Adam(0.01));
    expect_error<IndexError>([&] { beside.fit(clouds(4, label).batch(4)); },
                             {"label " + std::to_string(label)});
  }
}

}  // namespace
}  // namespace luge::train
