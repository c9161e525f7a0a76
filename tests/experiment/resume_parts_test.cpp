// What an epoch consists of, which stage it belongs to and what is learned: a stopped and resumed training
// ends in the same bytes, wherever it was stopped.
#include "experiment/resume_walk.h"
#include "luge/tasks/registry.h"
#include "support/task_files.h"

namespace luge::experiment {
namespace {

using ResumeParts = Walk;

TEST_F(ResumeParts, C49_DrawsAndShortEpochs) {
  expect_resumable("balanced", tiny({{"sampling", "balanced"}}), {1, 6});
  expect_resumable("balanced and mixed",
                   tiny({{"sampling", "balanced"}, {"augment", "flip,mixup"}, {"workers", "2"}}), {3, 5});
  expect_resumable("three of four batches", tiny({{"limit_train_batches", "3"}}), {2, 4});
  expect_resumable("weights of classes", tiny({{"class_weights", "1,2,0.5,1,1,1,1,1,1,1"}}), {3, 5});
  expect_resumable("frozen", tiny({{"freeze", "linear1.*"}}), {3, 5});
  expect_resumable("a step left out", tiny({{"on_nonfinite", "skip"}, {"clip_value", "0.1"}}), {3, 5});
}

// One after the other, of one sample, of several samples and of batches, with threads that read ahead.
TEST_F(ResumeParts, C49_AugmentationsInARow) {
  data_ = DataSet{"noise", data::tensors(luge::random::uniform({30, 1, 6, 6}))};
  const auto words = [](const char* workers) {
    return tiny({{"task", "autoencoding"},
                 {"metrics", ""},
                 {"augment", "shift,mosaic,randaugment,noise,mixup"},
                 {"workers", workers}});
  };
  const std::string straight = bytes_of(words("0"), {});
  ASSERT_EQ(steps_, 8);
  for (const char* workers : {"0", "2"}) {
    EXPECT_TRUE(bytes_of(words(workers), {1, 2, 3, 5, 6, 7}) == straight) << workers << " workers";
  }
}

TEST_F(ResumeParts, C49_WeightsOfSamples) {
  data_.reset();
  std::string table = "size,weight,kind\n";
  for (int i = 0; i < 30; ++i) table += fmt::format("{},{},{}\n", i, i % 4, i % 3 ? "small" : "large");
  expect_resumable("weights", tiny({{"data", dir_.write("table.csv", table)}, {"data.weights", "weight"}}),
                   {3, 5});
}

TEST_F(ResumeParts, C49_EveryTask) {
  data_.reset();
  const std::vector<std::string> all = tasks::names();
  ASSERT_GE(all.size(), 6u);
  for (const std::string& task : all) {
    Entries entries = testing::words_for_task(dir_, task);
    entries.insert(entries.end(), {{"epochs", "2"},
                                   {"accumulate", "2"},
                                   {"limit_train_batches", "3"},
                                   {"averaging", "ema"},
                                   {"threads", "1"}});
    expect_resumable(task, entries, {1, 5});
  }
}

// Stages of an odd number of batches, so that the last update of an epoch has fewer: each step is a point to
// stop at.
TEST_F(ResumeParts, C49_StagesAtEveryStep) {
  base_.take_file(dir_.write("stages.toml", R"([[stage]]
name = "head"
epochs = 1
trainable = "linear2.*"
optimizer.name = "momentum"
lr = 0.1
[[stage]]
name = "all"
epochs = 2
steps = 5
lr = 0.01
)"));
  const Entries entries = tiny({{"averaging", "ema"}, {"limit_train_batches", "3"}, {"epochs", ""}});
  const std::string straight = bytes_of(entries, {});
  ASSERT_EQ(steps_, 8);
  for (std::int64_t stop = 1; stop < steps_; ++stop)
    EXPECT_TRUE(bytes_of(entries, {stop}) == straight) << "stopped after " << stop;
  EXPECT_TRUE(bytes_of(entries, {1, 2, 3, 4, 6}) == straight);
}

}  // namespace
}  // namespace luge::experiment
