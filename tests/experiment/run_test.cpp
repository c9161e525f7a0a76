// Trainings from configurations in one process: they do not disturb each other, take data of a program, and
// fit what is fitted to each fold.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/threads.h"
#include "luge/compile.h"
#include "luge/data/sources.h"
#include "luge/experiment/run.h"
#include "luge/ops/shape.h"
#include "luge/train/callbacks.h"
#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using experiment::Config;
using testing::read_file;
using testing::TempDir;

// 80 rows of two kinds, with a fuzzy border.
std::string kinds() {
  std::string table = "width,height,kind\n";
  for (int i = 0; i < 80; ++i)
    table +=
        fmt::format("{},{},{}\n", (i * 37 % 80) / 8.0, i % 7, (i * 37 % 80) + i % 7 < 42 ? "small" : "large");
  return table;
}

std::vector<Config::Entry> first_settings(const std::string& table) {
  return {{"model", "mlp"}, {"hidden", "16"}, {"dropout", "0.2"},    {"data", table},  {"epochs", "3"},
          {"batch", "16"},  {"seed", "1"},    {"precision", "bf16"}, {"threads", "1"}, {"math", "strict"}};
}
std::vector<Config::Entry> second_settings(const std::string& table) {
  return {{"model", "mlp"}, {"hidden", "16"}, {"dropout", "0.3"}, {"data", table},
          {"epochs", "2"},  {"batch", "8"},   {"seed", "2"},      {"memory", "1GB"}};
}

Config config_of(const std::vector<Config::Entry>& entries) {
  Config config;
  for (const auto& [key, value] : entries) config.set(key, value);
  return config;
}

// The last checkpoint of the same training in a process of its own.
std::string alone(std::vector<Config::Entry> entries, const TempDir& dir, const std::string& folder) {
  std::vector<std::string> words = {"train", "run.dir=" + folder};
  for (const auto& [key, value] : entries) words.push_back(key + "=" + value);
  const auto ran = testing::luge(words, dir.path());
  EXPECT_EQ(ran.code, 0) << ran.err;
  return read_file(dir.file(folder + "/checkpoints/last.safetensors"));
}

TEST(Run, TrainingsInOneProcessDoNotDisturbEachOther) {
  const TempDir dir;
  const std::string table = dir.write("kinds.csv", kinds());
  const auto first = first_settings(table), second = second_settings(table);
  const std::string first_alone = alone(first, dir, "a"), second_alone = alone(second, dir, "b");
  ASSERT_NE(first_alone, second_alone);

  Config one = config_of(first), other = config_of(second);
  one.set("run.dir", dir.file("c"));
  other.set("run.dir", dir.file("d"));
  experiment::Run a(one), b(other);
  b.begin();
  a.begin();
  a.train();
  b.train();
  EXPECT_TRUE(read_file(dir.file("c/checkpoints/last.safetensors")) == first_alone);
  EXPECT_TRUE(read_file(dir.file("d/checkpoints/last.safetensors")) == second_alone);
}

TEST(Run, TheProcessIsAsBeforeAlsoWhenATrainingFails) {
  const int threads = thread_count();
  const random::State random = random::state();
  const TempDir dir;
  const experiment::Run run(config_of(first_settings(dir.write("kinds.csv", kinds()))));
  class Fail final : public train::Callback {
    void step_end(train::Fit&) override {
      EXPECT_EQ(precision(), Precision::bf16);
      EXPECT_EQ(thread_count(), 1);
      throw ValueError("a callback of a test");
    }
  };
  EXPECT_THROW(run.fit({std::make_shared<Fail>()}), ValueError);
  EXPECT_EQ(thread_count(), threads);
  EXPECT_EQ(math(), Math::fast);
  EXPECT_EQ(precision(), Precision::f32);
  EXPECT_EQ(memory_limit(), 0u);
  EXPECT_EQ(random::state(), random);
}

TEST(Run, GoesOnAsTheCommandDoes) {
  const TempDir dir;
  auto entries = first_settings(dir.write("kinds.csv", kinds()));
  const std::string straight = alone(entries, dir, "a");
  Config part = config_of(entries);
  part.set("epochs", "2");
  part.set("run.dir", dir.file("b"));
  {
    experiment::Run run(part);
    run.begin();
    run.train();
  }
  const experiment::Run resumed = experiment::Run::resume(dir.file("b"), {{"epochs", "3"}});
  EXPECT_EQ(resumed.trainer().position().epoch, 2);
  EXPECT_EQ(resumed.train().new_steps, resumed.batches().size());
  EXPECT_TRUE(read_file(dir.file("b/checkpoints/last.safetensors")) == straight);
  EXPECT_THROW(experiment::Run::resume(dir.file("b"), {{"lr", "1"}}), experiment::SettingError)
      << "it would not go on";
}

TEST(Run, TakesDataOfTheProgram) {
  std::vector<float> inputs;
  std::vector<std::int64_t> labels;
  for (int i = 0; i < 60; ++i) inputs.push_back(static_cast<float>(i)), labels.push_back(i < 30 ? 0 : 1);
  const data::Dataset samples = data::tensors(tensor(inputs, {60, 1}), tensor(labels, {60}));
  experiment::Run run({{"model", "softmax-regression"}, {"epochs", "30"}, {"lr", "0.1"}, {"batch", "10"}},
                      {.data = experiment::DataSet{"halves", samples}});
  EXPECT_EQ(run.config().text("data"), "halves");
  EXPECT_EQ(run.parts().valid.size(), 6);
  EXPECT_GT(train::value_of(run.fit().epochs.back().logs, "val_accuracy"), 0.8);
}

TEST(Run, FoldsAreScaledByTheirOwnTrainingPart) {
  const TempDir dir;
  const Config config = config_of(first_settings(dir.write("kinds.csv", kinds())));
  const experiment::DataSet data = experiment::load_data(config);
  const auto folds = experiment::folds(config, data, 4);
  ASSERT_EQ(folds.size(), 4u);
  std::vector<std::vector<float>> offsets;
  std::int64_t held_back = 0;
  for (const experiment::Parts& fold : folds) {
    const experiment::Run run(config, {.data = data, .parts = fold});
    double sum = 0;
    for (const data::Sample& sample : run.parts().fit) sum += sample.input.as<float>()[0];
    EXPECT_NEAR(sum / static_cast<double>(run.parts().fit.size()), 0, 1e-5);
    held_back += run.parts().valid.size();
    offsets.push_back(run.trainer().net().metadata().offset);
  }
  EXPECT_EQ(held_back, data.train.size());
  EXPECT_NE(offsets[0], offsets[1]) << "each is fitted anew";
}

TEST(Run, WithoutAFolderNothingIsWritten) {
  const experiment::Run run({{"model", "xor"}, {"epochs", "2"}});
  EXPECT_TRUE(run.folder().empty());
  EXPECT_THROW(run.train(), StateError);
  EXPECT_EQ(run.fit().epochs.size(), 2u);
  EXPECT_EQ(run.parts().valid.size(), 0) << "nothing is held back of a truth table";
}

}  // namespace
}  // namespace luge
