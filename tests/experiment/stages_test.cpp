// Trainings in stages from a configuration: what differs in a stage, what a run keeps, and resumption.
#include <gtest/gtest.h>

#include "luge/experiment/run.h"
#include "luge/train/callbacks.h"
#include "support/errors.h"
#include "support/temp_dir.h"

namespace luge::experiment {
namespace {

using testing::expect_error;
using testing::read_file;
using testing::TempDir;

constexpr const char* kStages = R"(
[model]
name = "xor"
[data]
name = "xor"
[train]
batch = 2
[[stage]]
name = "head"
epochs = 3
trainable = "linear2.*"
lr = 0.5
[[stage]]
name = "all"
epochs = 9
max_steps = 5
optimizer.name = "adam"
optimizer.learning_rate = 0.01
)";

std::string stages_toml(const std::string& from = "max_steps", const std::string& to = "steps") {
  std::string text = kStages;
  text.replace(text.find(from), from.size(), to);
  if (from != "max_steps") text.replace(text.find("max_steps"), 9, "steps");
  return text;
}

Config config_of(const TempDir& dir, const std::string& text) {
  Config config;
  config.take_file(dir.write("stages.toml", text));
  return config;
}

Config with_folder(Config config, const TempDir& dir, const std::string& name) {
  config.set("run.dir", dir.file(name));
  return config;
}

TEST(StagesOfConfig, RunOneAfterTheOtherWithSettingsOfTheirOwn) {
  const TempDir dir;
  experiment::Run run(with_folder(config_of(dir, stages_toml()), dir, "run"));
  run.begin();
  const train::History history = run.train().history;
  ASSERT_EQ(history.epochs.size(), 6u);  // 3 epochs of two steps, then 5 steps
  EXPECT_EQ(history.epochs[2].stage, "head");
  EXPECT_EQ(history.epochs[2].learning_rate, 0.5);
  EXPECT_EQ(history.epochs[3].stage, "all");
  EXPECT_EQ(history.epochs[3].learning_rate, 0.01);
  EXPECT_EQ(history.steps, 11);
  EXPECT_EQ(run.trainer().optimizer().name(), "adam");
  EXPECT_EQ(run.position().stage_name, "all");
}

TEST(StagesOfConfig, TheCommandLineWinsOverThem) {
  const TempDir dir;
  Config config = with_folder(config_of(dir, stages_toml()), dir, "run");
  config.set("lr", "0.25", Source::command_line);
  {
    experiment::Run run(config);
    run.begin();
    const train::History history = run.train().history;
    EXPECT_EQ(history.epochs.front().learning_rate, 0.25);
    EXPECT_EQ(history.epochs.back().learning_rate, 0.25);
  }
  expect_error<SettingError>(
      [&] {
        experiment::Run::resume(dir.file("run"), {{"epochs", "9"}});
      },
      {"epochs=9", "stages of this run have their own"});
}

TEST(StagesOfConfig, AreKeptWithTheRunAndResumedBitForBit) {
  const TempDir dir;
  experiment::Run straight(with_folder(config_of(dir, stages_toml()), dir, "straight"));
  straight.begin();
  straight.train();
  straight.save(dir.file("straight.safetensors"));
  for (const std::int64_t stop : {1, 6, 8}) {
    const std::string name = "part" + std::to_string(stop);
    {
      experiment::Run part(with_folder(config_of(dir, stages_toml()), dir, name));
      part.begin();
      std::int64_t steps = 0;
      part.train({train::stop_when([&] { return ++steps == stop; }, "test")});
    }
    const experiment::Run rest = experiment::Run::resume(dir.file(name));
    EXPECT_EQ(rest.config().stages().size(), 2u);
    rest.train();
    rest.save(dir.file("rest.safetensors"));
    EXPECT_TRUE(read_file(dir.file("rest.safetensors")) == read_file(dir.file("straight.safetensors")))
        << stop;
  }
}

TEST(StagesOfConfig, WhatIsWrongIsNamedWithItsStage) {
  const TempDir dir;
  const auto run = [&](const std::string& from, const std::string& to) {
    return [&dir, from, to] { experiment::Run made(config_of(dir, stages_toml(from, to))); };
  };
  expect_error<SettingError>(run("trainable", "trainabel"), {"stage 1", "trainabel", "trainable"});
  expect_error<SettingError>(run("epochs = 9", "epochs = \"x\""), {"stage 2", "epochs=x"});
  expect_error<SettingError>(run("name = \"all\"", ""), {"stage 2", "name= is missing"});
  expect_error<SettingError>(run("lr = 0.5", "data = \"xor\""), {"stage 1", "data"});
  expect_error<ValueError>(run("linear2.*", "linear9.*"), {"linear9.*"});
  expect_error<ValueError>(run("name = \"all\"", "name = \"head\""), {"'head'", "twice"});
}

}  // namespace
}  // namespace luge::experiment
