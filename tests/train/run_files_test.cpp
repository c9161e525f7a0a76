// What a training leaves in its folder: metrics.csv and metrics.jsonl, and which checkpoints stay.
#include <gtest/gtest.h>

#include <cerrno>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "luge/data/sources.h"
#include "luge/io/csv.h"
#include "luge/io/safetensors.h"
#include "luge/loss/loss.h"
#include "luge/nn/linear.h"
#include "luge/nn/sequential.h"
#include "luge/optim/optimizers.h"
#include "luge/random.h"
#include "luge/train/callbacks.h"
#include "luge/train/trainer.h"
#include "support/errors.h"
#include "support/faulty_calls.h"
#include "support/temp_dir.h"
#include "train/metrics_files.h"

namespace luge::train {
namespace {

namespace fs = std::filesystem;
using testing::read_file;
using testing::TempDir;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

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

Trainer make_trainer(const optim::OptimizerOptions& options = {}) {
  random::seed(5);
  Trainer trainer(nn::sequential(nn::Linear(3)), loss::SoftmaxCrossEntropy(),
                  optim::GradientDescent(0.5, options), {.metrics = {metrics::Accuracy()}});
  trainer.prepare(samples().info());
  return trainer;
}

// The rows of a CSV file, its header first; every row has as many cells.
std::vector<std::vector<std::string>> table(const std::string& path) {
  io::CsvReader reader(path);
  std::vector<std::vector<std::string>> rows = {reader.columns()};
  while (reader.next()) {
    rows.emplace_back();
    for (std::size_t c = 0; c < reader.columns().size(); ++c) rows.back().emplace_back(reader.field(c));
  }
  return rows;
}

TEST(MetricsFiles, AValidationThatBeganLaterHasItsOwnColumns) {
  const TempDir dir;
  Trainer first = make_trainer();
  first.fit(samples().batch(8), {.epochs = 2, .callbacks = {checkpoint(dir.path())}});
  Trainer second = make_trainer();
  second.restore(dir.file("checkpoints/last.safetensors"));
  second.fit(samples().batch(8),
             {.epochs = 4, .validation = samples().batch(8), .callbacks = {checkpoint(dir.path())}});
  const auto rows = table(dir.file("metrics.csv"));
  EXPECT_EQ(rows.at(0), (std::vector<std::string>{"epoch", "step", "loss", "accuracy", "val_loss",
                                                  "val_accuracy", "learning_rate", "seconds"}));
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[2][4], "");
  EXPECT_NE(rows[3][4], "");
  for (int epoch = 1; epoch <= 4; ++epoch) {
    EXPECT_EQ(rows[static_cast<std::size_t>(epoch)][0], std::to_string(epoch));
    EXPECT_NE(rows[static_cast<std::size_t>(epoch)][7], "") << "the seconds of epoch " << epoch;
  }
}

TEST(MetricsFiles, ARateThatChangesIsSeen) {
  const TempDir dir;
  Trainer trainer = make_trainer({.schedule = optim::schedule::step(3, 0.5)});  // an epoch has 3 steps
  trainer.fit(samples().batch(8), {.epochs = 3, .callbacks = {checkpoint(dir.path())}});
  const auto rows = table(dir.file("metrics.csv"));
  EXPECT_EQ(rows.at(0).at(4), "learning_rate");
  EXPECT_EQ(rows.at(1).at(4), "0.5");
  EXPECT_EQ(rows.at(2).at(4), "0.25");
  EXPECT_EQ(rows.at(3).at(4), "0.125");
}

TEST(MetricsFiles, AnyNameAndAnyNumberIsWritten) {
  const TempDir dir;
  History history;
  history.epochs.push_back({0, 3, 1.5, {{"loss", kNan}, {"top1, top5", 0.5}, {"say \"x\"", 1}}, 0.1});
  history.epochs.push_back({1, 6, 2.5, {{"loss", -kInfinity}, {"caf\xE9\nline", kInfinity}}, 0.1});
  MetricsFiles(dir.path()).write(history);
  const auto rows = table(dir.file("metrics.csv"));
  EXPECT_EQ(rows.at(0), (std::vector<std::string>{"epoch", "step", "loss", "top1, top5", "say \"x\"",
                                                  "caf\uFFFD\nline", "learning_rate", "seconds"}));
  EXPECT_EQ(rows.at(1), (std::vector<std::string>{"1", "3", "nan", "0.5", "1", "", "0.1", "1.5"}));
  EXPECT_EQ(rows.at(2), (std::vector<std::string>{"2", "6", "-inf", "", "", "inf", "0.1", "2.5"}));
  std::istringstream lines(read_file(dir.file("metrics.jsonl")));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_TRUE(nlohmann::json::parse(line, nullptr, false).is_object()) << line;
  EXPECT_EQ(count, 2);
}

TEST(MetricsFiles, AResumedTrainingKnowsWhatWasNotFinite) {
  const TempDir dir;
  Trainer first = make_trainer();
  first.fit(samples().batch(8), {.epochs = 1});
  const_cast<History&>(first.history()).epochs[0].logs = {
      {"loss", kInfinity}, {"a", -kInfinity}, {"b", kNan}};
  first.save(dir.file("net"));
  Trainer second = make_trainer();
  second.restore(dir.file("net"));
  const Logs& logs = second.history().epochs.at(0).logs;
  EXPECT_EQ(value_of(logs, "loss"), kInfinity);
  EXPECT_EQ(value_of(logs, "a"), -kInfinity);
  EXPECT_TRUE(std::isnan(value_of(logs, "b")));
  EXPECT_EQ(second.history().epochs[0].learning_rate, 0.5);
}

TEST(Checkpoint, ATrainingThatBeginsAnewReplacesTheOldOne) {
  const TempDir dir;
  make_trainer().fit(samples().batch(8), {.epochs = 4,
                                          .validation = samples().batch(8),
                                          .callbacks = {checkpoint(dir.path(), {.every = 3, .keep = 3})}});
  EXPECT_TRUE(fs::exists(dir.path() / "checkpoints/step-12.safetensors"));
  EXPECT_TRUE(fs::exists(dir.path() / "checkpoints/best.safetensors"));
  make_trainer().fit(samples().batch(8),
                     {.epochs = 1, .callbacks = {checkpoint(dir.path(), {.every = 2, .keep = 3})}});
  EXPECT_TRUE(fs::exists(dir.path() / "checkpoints/step-2.safetensors"));
  for (const char* old : {"step-6", "step-9", "step-12", "best"}) {
    EXPECT_FALSE(fs::exists(dir.path() / "checkpoints" / (std::string(old) + ".safetensors"))) << old;
  }
}

TEST(Checkpoint, WhatCouldNotBeWrittenIsNotTheBest) {
  const TempDir dir;
  // Fails the writing of epoch 2's files, which are better than epoch 1's.
  class FullDisk final : public Callback {
   public:
    void epoch_end(Fit& fit) override {
      calls_ = fit.epoch == 1 ? std::make_unique<testing::FaultyCalls>() : nullptr;
      if (calls_) calls_->fail(testing::Call::write, ENOSPC);
    }
    std::unique_ptr<testing::FaultyCalls> calls_;
  };
  int warnings = 0;
  Trainer trainer = make_trainer();
  auto callback = checkpoint(dir.path(), {.monitor = "val_loss",
                                          .on_error = OnSaveError::warn,
                                          .warn = [&](const std::string&) { ++warnings; }});
  trainer.fit(
      samples().batch(8),
      {.epochs = 2, .validation = samples().batch(8), .callbacks = {std::make_shared<FullDisk>(), callback}});
  EXPECT_GE(warnings, 1);
  const auto& epochs = trainer.history().epochs;
  ASSERT_LT(value_of(epochs[1].logs, "val_loss"), value_of(epochs[0].logs, "val_loss"));
  const auto state = nlohmann::json::parse(callback->state());
  EXPECT_EQ(state.at("best").get<double>(), value_of(epochs[0].logs, "val_loss"));
}

}  // namespace
}  // namespace luge::train
