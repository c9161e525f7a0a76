// A training that is stopped and resumed ends in the bytes of one that never stopped, with whatever is
// registered.
#include "experiment/resume_walk.h"

#include <algorithm>

#include "experiment/train_options.h"
#include "luge/data/combining.h"
#include "luge/optim/optimizers.h"

namespace luge::experiment {
namespace {

using testing::read_file;

using ResumeWalk = Walk;

TEST_F(ResumeWalk, C49_AfterEveryStepAndAfterSeveral) {
  const std::string straight = bytes_of(tiny(), {});
  ASSERT_EQ(steps_, 8);
  for (std::int64_t stop = 1; stop < steps_; ++stop)
    EXPECT_TRUE(bytes_of(tiny(), {stop}) == straight) << "stopped after " << stop;
  EXPECT_TRUE(bytes_of(tiny(), {1, 2, 4, 5, 7}) == straight);
}

TEST_F(ResumeWalk, C49_EveryOptimizer) {
  const Family& all = *find_family("optimizer");
  ASSERT_GE(all.names().size(), 10u);
  for (const std::string& name : all.names()) {
    // Those that search take all data in each step.
    const bool searches = optim::named(name, 0.01).searches();
    expect_resumable(
        name, searches ? tiny({{"optimizer", name}, {"batch", "27"}, {"accumulate", "1"}, {"epochs", "4"}})
                       : tiny({{"optimizer", name}}));
  }
}

TEST_F(ResumeWalk, C49_EverySchedule) { walk("schedule"); }
TEST_F(ResumeWalk, C49_EveryRegularizer) { walk("regularizer"); }
TEST_F(ResumeWalk, C49_EveryConstraint) { walk("constraint"); }
TEST_F(ResumeWalk, C49_EveryAugmentation) {
  const Family& all = *find_family("augmentation");
  ASSERT_GE(all.names().size(), 3u);
  const std::vector<std::string> combining = data::combining_augmentation_names();
  for (const std::string& name : all.names()) {
    Entries own = {{all.called().key, name}};
    for (const options::Info& option : all.member(name).options) {
      if (option.required) own.emplace_back(fmt::format("{}.{}", all.table(name), option.name), "6");
    }
    // One that puts several pictures into one takes no label of the whole picture.
    const bool combines = std::find(combining.begin(), combining.end(), name) != combining.end();
    data_ = combines ? DataSet{"noise", data::tensors(luge::random::uniform({30, 1, 6, 6}))}
            : name.starts_with("sound-") ? sounds()
                                         : pictures();
    if (combines) own.insert(own.end(), {{"task", "autoencoding"}, {"metrics", ""}});
    expect_resumable("augmentation " + name, tiny(own));
  }
}

TEST_F(ResumeWalk, C49_EveryAverage) {
  for (const auto& [kind, name] : options::Names<AverageKind>::all) {
    expect_resumable(name, tiny({{"averaging", name}}));
    if (kind == AverageKind::none) continue;
    if (kind == AverageKind::lookahead) {
      expect_resumable("lookahead that rises", tiny({{"averaging", name}, {"averaging.rising", "true"}}),
                       {2, 5});
      continue;
    }
    expect_resumable(fmt::format("{} with batches for norms", name),
                     tiny({{"averaging", name}, {"averaging.start", "1"}, {"norm_batches", "2"}}), {2, 5});
  }
}

TEST_F(ResumeWalk, C49_WhatWatchesATraining) {
  expect_resumable("plateau", tiny({{"reduce_on_plateau", "0"}, {"plateau.threshold", "9"}, {"epochs", "4"}}),
                   {6, 11});
  expect_resumable("restore_best", tiny({{"early_stopping", "2"}, {"restore_best", "true"}, {"epochs", "4"}}),
                   {9});
  expect_resumable("bf16", tiny({{"precision", "bf16"}}));
  expect_resumable("in order", tiny({{"shuffle", "false"}, {"clip_norm", "0.1"}}));
}

TEST_F(ResumeWalk, C49_Tables) {
  data_.reset();
  std::string table = "size,color,price\n";
  for (int i = 0; i < 30; ++i) table += fmt::format("{},{},{}\n", i * 37 % 11, i % 3, i % 7);
  const std::string path = dir_.write("table.csv", table);
  const std::vector<std::string> of_sounds = {"log-mel", "mfcc", "spec-augment", "spectrogram"};
  for (const std::string& feature : find_family("feature")->names()) {
    if (std::ranges::find(of_sounds, feature) != of_sounds.end()) continue;
    Entries own = tiny({{"data", path}, {"metrics", ""}, {"loss", "mse"}, {"features", feature}});
    if (feature == "one-hot") own.emplace_back("features.one-hot.columns", "1");
    expect_resumable(feature, own);
  }
}

TEST_F(ResumeWalk, C49_Texts) {
  data_.reset();
  std::string text;
  for (int i = 0; i < 40; ++i) text += "the rain in spain. ";
  const std::string path = dir_.write("rain.txt", text);
  const Entries length = {{"data", path}, {"epochs", "2"}, {"limit_train_batches", "4"}, {"batch", "4"}};
  Entries gpt = length, lstm = length;
  gpt.insert(gpt.end(), {{"model", "gpt-4x128"},
                         {"layers", "1"},
                         {"heads", "2"},
                         {"width", "8"},
                         {"model.length", "8"},
                         {"dropout", "0.1"}});
  lstm.insert(
      lstm.end(),
      {{"model", "lstm-lm"}, {"layers", "1"}, {"units", "6"}, {"embedding", "4"}, {"dropout", "0.2"}});
  expect_resumable("gpt", gpt, {3});
  expect_resumable("lstm", lstm, {3});
}

// The walk itself can fail: another seed of dropout is other bytes.
TEST_F(ResumeWalk, C49_WhatWasDrawnOtherwiseIsNoticed) {
  const std::string straight = bytes_of(tiny(), {});
  const experiment::Run run = run_of(tiny());
  run.fit({train::stop_when([&] { return run.position().total_steps >= 3; }, "asked")});
  run.save(dir_.file("part"));
  const experiment::Run second = run_of(tiny({{"dropout", "0.4"}}));
  second.restore(dir_.file("part"));
  second.fit();
  second.save(dir_.file("end"));
  EXPECT_FALSE(read_file(dir_.file("end")) == straight);
}

}  // namespace
}  // namespace luge::experiment
