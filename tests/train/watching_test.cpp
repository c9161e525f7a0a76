// Callbacks that record a training: what is in their files, also after a resumption and for tasks of all
// kinds.
#include "luge/train/watching.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <sstream>

#include "luge/data/sources.h"
#include "luge/loss/loss.h"
#include "luge/nn/activation.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/ops/math.h"
#include "luge/ops/reduce.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/tasks/custom.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::train {
namespace {

namespace fs = std::filesystem;
using testing::expect_error;
using testing::read_file;
using testing::TempDir;

data::Dataset samples() {
  std::vector<float> inputs;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < 24; ++i) {
    inputs.push_back(static_cast<float>(i % 9) - 4);
    inputs.push_back(static_cast<float>(i % 4));
    labels.push_back(i % 3);
  }
  return data::tensors(tensor(inputs, {24, 2}), tensor(labels, {24}));
}

Trainer make_trainer() {
  random::seed(5);
  return Trainer(nn::sequential(nn::Linear(4), nn::Relu(), nn::Linear(3)), loss::SoftmaxCrossEntropy(),
                 optim::GradientDescent(0.05, {.schedule = optim::schedule::step(4, 0.5)}),
                 {.metrics = {metrics::Accuracy()}});
}

History fit(const std::vector<CallbackRef>& callbacks, std::int64_t epochs = 3) {
  Trainer trainer = make_trainer();
  return trainer.fit(samples().batch(8),
                     {.epochs = epochs, .validation = samples().batch(8), .callbacks = callbacks});
}

// The values of each tag in a part of a run, with their steps.
using Series = std::map<std::string, std::vector<std::pair<std::int64_t, io::LoggedValue>>>;
Series series_in(const fs::path& folder) {
  Series all;
  for (const io::Event& event : io::read_events(folder)) {
    for (const io::LoggedValue& value : event.values) all[value.tag].emplace_back(event.step, value);
  }
  return all;
}

std::vector<std::vector<std::string>> rows_of(const fs::path& file) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream text(read_file(file));
  for (std::string line; std::getline(text, line);) {
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

TEST(Watching, FunctionsAreCalledInOrder) {
  std::string calls;
  const auto note = [&](const char* what) { return [&calls, what](Fit&) { calls += what; }; };
  fit({callback_of({.train_begin = note("<"),
                    .epoch_begin = note("("),
                    .step_end = note("."),
                    .epoch_end = note(")"),
                    .train_end = note(">")})},
      2);
  EXPECT_EQ(calls, "<(...)(...)>");
  fit({callback_of({})}, 1);
}

TEST(Watching, TensorBoardHasTheFiguresOfTheHistory) {
  const TempDir folder;
  auto events = std::make_shared<RunEvents>(folder.path());
  const History history = fit({tensorboard(events, {.log_steps = 2,
                                                    .histograms = 1,
                                                    .batches = samples().batch(8),
                                                    .hparams = {.values = {{"lr", 0.05}, {"name", "a"}}}})});
  Series train = series_in(folder.path() / "train"), valid = series_in(folder.path() / "validation");
  for (const char* name : {"loss", "accuracy"}) {
    ASSERT_EQ(train[name].size(), 3u);
    ASSERT_EQ(valid[name].size(), 3u);
    for (std::size_t k = 0; k < 3; ++k) {
      const EpochRecord& epoch = history.epochs[k];
      EXPECT_EQ(train[name][k].first, epoch.step);
      EXPECT_EQ(std::get<double>(train[name][k].second.value),
                static_cast<float>(value_of(epoch.logs, name)));
      EXPECT_EQ(std::get<double>(valid[name][k].second.value),
                static_cast<float>(value_of(epoch.logs, std::string("val_") + name)));
    }
  }
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(std::get<double>(train["learning_rate"][k].second.value),
              static_cast<float>(history.epochs[k].learning_rate));
  }
  EXPECT_EQ(train["steps/loss"].size(), 4u) << "steps 2, 4, 6 and 8 of 9";
  EXPECT_GT(std::get<double>(train["timing/samples_per_second"][0].second.value), 0);
  for (const char* tag : {"weights/linear1/weight", "gradients/linear2/bias", "activations/relu1"}) {
    ASSERT_EQ(train[tag].size(), 3u) << tag;
    EXPECT_GT(std::get<io::Histogram>(train[tag][0].second.value).count, 0) << tag;
  }
  std::size_t graphs = 0;
  for (const io::Event& event : io::read_events(folder.path() / "train")) graphs += !event.graph.empty();
  EXPECT_EQ(graphs, 1u);
  const Series run = series_in(folder.path());
  for (const char* what : {"experiment", "session_start_info", "session_end_info"})
    EXPECT_TRUE(run.contains(std::string("_hparams_/") + what)) << what;
}

TEST(Watching, ChangesNothingOfTheTraining) {
  const TempDir folder;
  const auto weights = [&](const std::vector<CallbackRef>& callbacks) {
    Trainer trainer = make_trainer();
    trainer.fit(samples().shuffle().batch(8), {.epochs = 3, .callbacks = callbacks});
    return trainer.net().parameters()[0].value().to_vector<float>();
  };
  EXPECT_EQ(weights({}),
            weights({tensorboard(std::make_shared<RunEvents>(folder.path()),
                                 {.log_steps = 1, .histograms = 1, .batches = samples().batch(8)}),
                     step_log(folder.path() / "steps.csv"), timing_log(folder.path() / "t.csv"),
                     epoch_log(folder.path() / "e.csv")}));
}

TEST(Watching, GradientsAreThoseOfTheLoss) {
  Trainer trainer = make_trainer();
  const data::Batch batch = samples().batch(24).epoch(0).next()->to_tensors();
  trainer.prepare(samples().info());
  const auto loss = [&] {
    return loss::SoftmaxCrossEntropy()(trainer.net()(batch.input), batch.target).item<double>();
  };
  const NamedTensors gradients = trainer.gradients(batch);
  for (const nn::NamedVariable& each : trainer.net().named_parameters()) {
    Variable variable = each.variable;
    const auto values = variable.value().to_vector<float>();
    const auto at = [&](float change) {
      std::vector<float> moved = values;
      moved[1] += change;
      variable.assign(tensor(moved, variable.shape()));
      return loss();
    };
    const double slope = (at(1e-2f) - at(-1e-2f)) / 2e-2;
    variable.assign(tensor(values, variable.shape()));
    EXPECT_NEAR(gradients[each.name].to_vector<float>()[1], slope, 2e-3) << each.name;
  }
}

TEST(Watching, AResumedTrainingGoesOnInItsTables) {
  const TempDir folder;
  const auto callbacks = [&] {
    return std::vector<CallbackRef>{tensorboard(std::make_shared<RunEvents>(folder.path())),
                                    step_log(folder.path() / "steps.csv"),
                                    timing_log(folder.path() / "timing.csv"),
                                    epoch_log(folder.path() / "epochs.csv"),
                                    epoch_log(folder.path() / "epochs.jsonl"),
                                    checkpoint(folder.path())};
  };
  fit(callbacks(), 2);
  // What came after the checkpoint is made again.
  fs::copy(folder.path() / "checkpoints" / "last.safetensors", folder.path() / "two");
  {
    Trainer trainer = make_trainer();
    trainer.prepare(samples().info());
    trainer.restore((folder.path() / "two").string());
    trainer.fit(samples().batch(8),
                {.epochs = 4, .validation = samples().batch(8), .callbacks = callbacks()});
  }
  Trainer trainer = make_trainer();
  trainer.prepare(samples().info());
  trainer.restore((folder.path() / "two").string());
  trainer.fit(samples().batch(8), {.epochs = 3, .validation = samples().batch(8), .callbacks = callbacks()});
  const auto steps = rows_of(folder.path() / "steps.csv");
  ASSERT_EQ(steps.size(), 1u + 9);
  EXPECT_EQ(steps[0], (std::vector<std::string>{"epoch", "step", "learning_rate", "loss", "accuracy"}));
  for (std::size_t k = 1; k < steps.size(); ++k) EXPECT_EQ(steps[k][1], std::to_string(k));
  EXPECT_EQ(steps[4][2], "0.05");
  EXPECT_EQ(steps[5][2], "0.025") << "the rate of this step, not of the next one";
  EXPECT_EQ(rows_of(folder.path() / "timing.csv").size(), 1u + 3);
  EXPECT_EQ(rows_of(folder.path() / "epochs.csv").size(), 1u + 3);
  EXPECT_EQ(read_file(folder.path() / "epochs.csv"), read_file(folder.path() / "metrics.csv"));
  Series train = series_in(folder.path() / "train");
  ASSERT_EQ(train["loss"].size(), 3u);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(train["loss"][k].first, 3 * static_cast<std::int64_t>(k + 1));
  EXPECT_EQ(io::event_files(folder.path() / "train").size(), 3u) << "each process has a file of its own";
}

TEST(Watching, TakesTasksOfSeveralObjectives) {
  const TempDir folder;
  random::seed(2);
  const auto net = nn::sequential(nn::Linear(3), nn::Linear(3));
  const auto of = [](const char* name, const char* parameters) {
    return Objective{.name = name,
                     .loss = [](const Pass& pass) { return LossTerm::mean(square(pass.output())); },
                     .parameters = {parameters}};
  };
  const auto task =
      tasks::custom({.name = "two", .objectives = {of("first", "linear1.*"), of("second", "linear2.*")}});
  Trainer trainer(net, task, optim::GradientDescent(0.01));
  trainer.fit(samples().batch(8),
              {.epochs = 2,
               .callbacks = {tensorboard(std::make_shared<RunEvents>(folder.path()),
                                         {.histograms = 1, .batches = samples().batch(8)}),
                             step_log(folder.path() / "steps.csv")}});
  Series train = series_in(folder.path() / "train");
  for (const char* tag : {"first", "second", "gradients/linear1/weight", "gradients/linear2/weight"})
    EXPECT_EQ(train[tag].size(), 2u) << tag;
}

TEST(BadInput, C89_AFullDiskEndsTheEventsAndNotTheTraining) {
  const TempDir folder;
  std::vector<std::string> warnings;
  auto events =
      std::make_shared<RunEvents>(folder.path(), [&](const std::string& what) { warnings.push_back(what); });
  const auto fill = callback_of({.epoch_end = [&](Fit& fit) {
    if (fit.epoch == 0) fs::remove_all(folder.path() / "train");
  }});
  const History history = fit({fill, tensorboard(events)});
  EXPECT_EQ(history.epochs.size(), 3u);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("was deleted"), std::string::npos) << warnings[0];
  EXPECT_FALSE(events->works());
}

TEST(BadInput, C89_AFolderThatCannotBeMadeIsWarnedOfOnce) {
  const TempDir folder;
  folder.write("run", "a file");
  int warnings = 0;
  const History history = fit(
      {tensorboard(std::make_shared<RunEvents>(folder.path() / "run", [&](const auto&) { ++warnings; }))});
  EXPECT_EQ(history.epochs.size(), 3u);
  EXPECT_EQ(warnings, 1);
}

TEST(BadInput, C90_OptionsOutOfRange) {
  const TempDir folder;
  auto events = std::make_shared<RunEvents>(folder.path());
  expect_error<ValueError>([&] { tensorboard(events, {.log_steps = -1}); },
                           {"log_steps is -1", "at least 0"});
  expect_error<ValueError>([&] { tensorboard(events, {.histograms = -2}); }, {"histograms is -2"});
  expect_error<ValueError>([&] { step_log(folder.path() / "a", 0); }, {"every is 0", "at least 1"});
  folder.write("file", "");
  expect_error<FileError>([&] { epoch_log(folder.path() / "file" / "a.csv"); }, {"cannot make the folder"});
}

}  // namespace
}  // namespace luge::train
