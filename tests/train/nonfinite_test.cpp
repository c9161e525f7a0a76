// Steps that are refused: undone whole, explained down to the op and the sample, kept for a person, or left
// out.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "luge/data/sources.h"
#include "luge/io/safetensors.h"
#include "luge/loss/loss.h"
#include "luge/nn/dropout.h"
#include "luge/nn/linear.h"
#include "luge/nn/norm.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/nonfinite.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

namespace fs = std::filesystem;
using testing::expect_error;
using testing::read_file;
using testing::TempDir;

// The logarithm of the first input is the output: 0 gives -inf. sqrt in place of it gives a finite loss whose
// derivative is not.
struct Edge : nn::Module {
  explicit Edge(bool root) : root_(root) {}
  nn::Linear linear = child("linear", nn::Linear(2));
  nn::BatchNorm norm = child("norm", nn::BatchNorm());
  nn::Dropout dropout = child("dropout", nn::Dropout(0.5));
  Tensor forward(const Tensor& x) const override {
    const Tensor more = 0.01 * dropout(norm(linear(x)));
    const Tensor scaled = x * mean(square(linear.weight.value()));
    return more + (root_ ? sqrt(scaled) : log(scaled));
  }
  bool root_;
};

// Twelve samples, of which number 7 is 0.
data::Dataset samples(int zero = 7) {
  std::vector<float> inputs(24, 1.0f);
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] += static_cast<float>(i % 5);
  inputs[static_cast<std::size_t>(2 * zero)] = 0;
  return data::tensors(tensor(inputs, {12, 2}), zeros({12, 2}));
}

struct Case {
  bool root;
  std::int64_t accumulate;
};

Trainer trainer_of(const Case& each) {
  random::seed(4);
  Trainer trainer(Edge(each.root), loss::MSE(), optim::Adam(0.001),
                  {.accumulate = each.accumulate, .averaging = Averaging{}});
  trainer.prepare(samples().info());
  return trainer;
}

// Saves where the training is before each step.
struct Before final : Callback {
  explicit Before(std::string path) : path_(std::move(path)) {}
  void epoch_begin(Fit& fit) override { fit.trainer->save(path_); }
  void step_end(Fit& fit) override { fit.trainer->save(path_); }
  std::string path_;
};

class Refused : public ::testing::TestWithParam<Case> {};

TEST_P(Refused, C18_TheStepIsUndoneWhole) {
  const TempDir dir;
  Trainer trainer = trainer_of(GetParam());
  const auto before = std::make_shared<Before>(dir.file("before"));
  try {
    trainer.fit(samples().batch(3), {.epochs = 2, .callbacks = {before}});
    FAIL() << "nothing was thrown";
  } catch (const NonFiniteError& error) {
    const std::string text = error.what();
    for (const char* part :
         {"step 3 (epoch 1, step 3 of 4)", "1 of its 3 samples gives it alone: row 1 of the batch, ", "7",
          "nothing was changed", "the first op whose result is not finite is "})
      EXPECT_NE(text.find(part), std::string::npos) << part << " is missing from: " << text;
    if (GetParam().root) {
      EXPECT_NE(text.find("the loss is finite"), std::string::npos) << text;
    } else {
      EXPECT_NE(text.find("log of f32[1,2] from 0"), std::string::npos) << text;
    }
  }
  trainer.save(dir.file("after"));
  EXPECT_EQ(trainer.position().total_steps, 2);
  EXPECT_TRUE(read_file(dir.file("before")) == read_file(dir.file("after")))
      << "parameters, slots, statistics, averages, random numbers or counters changed";
}

INSTANTIATE_TEST_SUITE_P(BadInput, Refused,
                         ::testing::Values(Case{false, 1}, Case{false, 2}, Case{true, 1}, Case{true, 2}));

// Two objectives, of which the second fails after the first has been updated; both move the statistics.
struct Two final : Task {
  explicit Two(Edge net, std::int64_t repeats) : net(std::move(net)), repeats(repeats) {}
  std::string name() const override { return "two"; }
  std::vector<Objective> objectives(const nn::Model&) const override {
    return {{.name = "sound",
             .loss =
                 [own = net](const Pass& pass) {
                   return LossTerm::mean(square(own.norm(own.linear(pass[data::kInput]))));
                 },
             .parameters = {"linear.*"}},
            {.name = "edge",
             .loss = [](const Pass& pass) { return LossTerm::mean(square(pass.output())); },
             .repeats = repeats}};
  }
  Edge net;
  std::int64_t repeats;
};

class RefusedObjective : public ::testing::TestWithParam<std::pair<std::int64_t, std::int64_t>> {};

TEST_P(RefusedObjective, C18_UndoesTheOnesBeforeIt) {
  const auto [accumulate, repeats] = GetParam();
  const TempDir dir;
  random::seed(4);
  const Edge net(false);
  Trainer trainer(net, std::make_shared<Two>(net, repeats), optim::Adam(0.001),
                  {.accumulate = accumulate, .averaging = Averaging{}});
  trainer.prepare(samples().info());
  const auto before = std::make_shared<Before>(dir.file("before"));
  expect_error<NonFiniteError>([&] { trainer.fit(samples().batch(3), {.callbacks = {before}}); },
                               {"nothing was changed"});
  trainer.save(dir.file("after"));
  EXPECT_TRUE(read_file(dir.file("before")) == read_file(dir.file("after")));
}

INSTANTIATE_TEST_SUITE_P(BadInput, RefusedObjective,
                         ::testing::Values(std::pair<std::int64_t, std::int64_t>{1, 1},
                                           std::pair<std::int64_t, std::int64_t>{1, 2},
                                           std::pair<std::int64_t, std::int64_t>{2, 1},
                                           std::pair<std::int64_t, std::int64_t>{2, 2}));

// A search is several programs; the first has moved the running statistics when a later one fails.
TEST(BadInput, C18_AndSoIsTheStepOfASearch) {
  const TempDir dir;
  random::seed(4);
  Trainer trainer(Edge(true), loss::MSE(), optim::named("lbfgs", 1));
  trainer.prepare(samples().info());
  trainer.save(dir.file("before"));
  expect_error<NonFiniteError>([&] { trainer.fit(samples().batch(12)); },
                               {"the gradient of", "nothing was changed"});
  for (const auto& [name, buffer] : trainer.net().named_buffers()) {
    const io::SafetensorsFile file(dir.file("before"));
    std::vector<float> was(2);
    if (buffer.shape() != Shape{2}) continue;
    file.read(name, std::as_writable_bytes(std::span(was)));
    EXPECT_EQ(buffer.value().to_vector<float>(), was) << name;
  }
}

TEST(BadInput, C18_TheStateIsKeptForAPersonAndTheLastCheckpointStays) {
  const TempDir dir;
  Trainer trainer = trainer_of({false, 1});
  expect_error<NonFiniteError>(
      [&] {
        trainer.fit(samples().batch(3), {.callbacks = {on_nonfinite({.folder = dir.path()}),
                                                       checkpoint(dir.path(), {.every = 1})}});
      },
      {"nonfinite.safetensors", "nonfinite-batch.safetensors"});
  const fs::path folder = dir.path() / "checkpoints";
  Trainer again = trainer_of({false, 1});
  again.restore((folder / "nonfinite.safetensors").string());
  EXPECT_EQ(again.position().total_steps, 2);
  again.restore((folder / "step-2.safetensors").string());
  const io::SafetensorsFile batch((folder / "nonfinite-batch.safetensors").string());
  std::vector<float> inputs(6);
  batch.read("input", std::as_writable_bytes(std::span(inputs)));
  EXPECT_EQ(inputs[2], 0) << "the sample at fault";
  EXPECT_NE(batch.metadata().at("row 1").find("7"), std::string::npos) << batch.metadata().at("row 1");
}

TEST(OnNonFinite, SkipLeavesTheBatchOutAndCountsIt) {
  const TempDir dir;
  std::vector<std::string> told;
  const auto options = [&](std::int64_t most) {
    return NonFiniteOptions{.policy = OnNonFinite::skip,
                            .most_in_a_row = most,
                            .tell = [&](const std::string& line) { told.push_back(line); }};
  };
  Trainer trainer = trainer_of({false, 1});
  const History history =
      trainer.fit(samples().batch(3), {.epochs = 2, .callbacks = {on_nonfinite(options(1))}});
  EXPECT_EQ(history.steps, 8);
  EXPECT_EQ(trainer.optimizer().steps(), 6);
  EXPECT_EQ(trainer.position().updates, 6);
  EXPECT_TRUE(std::isfinite(value_of(history.epochs[1].logs, "loss")));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0].find("row 1 of the batch"), std::string::npos) << told[0];
  EXPECT_NE(told[1].find("2 of 8 steps were left out"), std::string::npos) << told[1];
  trainer.save(dir.file("straight"));

  // Resumed after a step that was left out, it ends in the same bytes.
  Trainer first = trainer_of({false, 1});
  first.fit(samples().batch(3),
            {.epochs = 2,
             .callbacks = {on_nonfinite(options(1)),
                           stop_when([&] { return first.position().total_steps == 3; }, "asked")}});
  first.save(dir.file("part"));
  Trainer second = trainer_of({false, 1});
  second.restore(dir.file("part"));
  second.fit(samples().batch(3), {.epochs = 2, .callbacks = {on_nonfinite(options(1))}});
  second.save(dir.file("resumed"));
  EXPECT_TRUE(read_file(dir.file("straight")) == read_file(dir.file("resumed")));

  expect_error<ValueError>([&] { on_nonfinite(options(0)); }, {"most_in_a_row is 0"});
}

TEST(OnNonFinite, TooManyInARowEndTheTraining) {
  Trainer trainer = trainer_of({false, 1});
  const NonFiniteOptions options{.policy = OnNonFinite::skip, .most_in_a_row = 2};
  // Each batch holds the sample.
  expect_error<NonFiniteError>(
      [&] { trainer.fit(samples().batch(12), {.epochs = 9, .callbacks = {on_nonfinite(options)}}); },
      {"step 3 (epoch 3", "the 2 steps before it were left out"});
  EXPECT_EQ(trainer.optimizer().steps(), 0);
}

TEST(OnNonFinite, ATrainingThatLeftOutAllStepsHasFailedAndHasNoBest) {
  const TempDir dir;
  Trainer trainer = trainer_of({false, 1});
  const NonFiniteOptions options{.policy = OnNonFinite::skip};
  // Each batch holds the sample; the figures of the first weights are finite in the validation.
  const data::Batches good = samples().take(3).batch(3);
  expect_error<NonFiniteError>(
      [&] {
        trainer.fit(
            samples().batch(12),
            {.epochs = 3, .validation = good, .callbacks = {on_nonfinite(options), checkpoint(dir.path())}});
      },
      {"all 3 steps were left out", "nothing was learned", "the first: step 1 (epoch 1"});
  EXPECT_FALSE(fs::exists(dir.path() / "checkpoints/best.safetensors"));
  EXPECT_TRUE(fs::exists(dir.path() / "checkpoints/last.safetensors"))
      << "the training may go on with other settings";
}

TEST(OnNonFinite, GradientsThatWaitGoIntoTheNextUpdate) {
  Trainer trainer = trainer_of({false, 2});
  const NonFiniteOptions options{.policy = OnNonFinite::skip};
  // The second batch of the first update is left out: its first waits for the next one.
  trainer.fit(samples(4).batch(3), {.epochs = 1, .callbacks = {on_nonfinite(options)}});
  EXPECT_EQ(trainer.optimizer().steps(), 1);
}

}  // namespace
}  // namespace luge::train
