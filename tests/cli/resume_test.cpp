// resume as a person uses it: more epochs, finished runs, changed data, other folders, and what is told.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "luge/io/csv.h"
#include "luge/train/checkpoint_info.h"
#include "support/command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::read_file;
using testing::says;
using testing::TempDir;

// 60 rows of two kinds; `labels` changes that of some.
std::string shapes(const std::vector<int>& changed = {}) {
  std::string table = "width,height,kind\n";
  for (int i = 0; i < 60; ++i) {
    const bool small = (i % 2 == 1) != (std::find(changed.begin(), changed.end(), i) != changed.end());
    table += fmt::format("{},{},{}\n", i % 2 ? 1.5 : 4.5, i % 5, small ? "small" : "large");
  }
  return table;
}

TEST(Resume, EpochsGivenOnceAreKept) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=3", "run.dir=run"}, dir.path()).code, 0);
  const auto longer = luge({"resume", "run=run", "epochs=6", "--json"}, dir.path());
  ASSERT_EQ(longer.code, 0) << longer.err;
  EXPECT_TRUE(says(longer.err, "going on from")) << longer.err;
  EXPECT_TRUE(says(read_file(dir.file("run/config.toml")), "epochs = 6"));
  EXPECT_TRUE(says(read_file(dir.file("run/config.toml")), "version = "));
  // As after an interruption: the checkpoint is older than the end that was asked for.
  fs::remove(dir.path() / "run/checkpoints/last.safetensors");
  ASSERT_EQ(luge({"train", "model=xor", "epochs=2", "run.dir=other"}, dir.path()).code, 0);
  fs::copy(dir.path() / "other/checkpoints/last.safetensors",
           dir.path() / "run/checkpoints/last.safetensors");
  const auto again = luge({"resume", "run=run", "--json"}, dir.path());
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(json::parse(again.out).at("epochs"), 6);
}

TEST(Resume, AFinishedRunSaysSoAndHowToTrainFurther) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=3", "run.dir=run"}, dir.path()).code, 0);
  const std::string before = read_file(dir.file("run/checkpoints/last.safetensors"));
  const auto ran = luge({"resume", "run=run"}, dir.path());
  EXPECT_EQ(ran.code, 0) << "there is nothing to do, which is no failure";
  EXPECT_TRUE(says(ran.err, "run is finished: all 3 epochs are done")) << ran.err;
  EXPECT_TRUE(says(ran.err, "luge resume run=run epochs=6")) << ran.err;
  EXPECT_FALSE(says(ran.err, "going on")) << ran.err;
  EXPECT_EQ(read_file(dir.file("run/checkpoints/last.safetensors")), before);
  EXPECT_EQ(luge({"resume", "run=run", "epochs=6"}, dir.path()).code, 0);
}

// Seconds are of this call, and so are the steps that stand beside them.
TEST(Resume, StepsAndSecondsBelongTogether) {
  const TempDir dir;
  const auto first =
      json::parse(luge({"train", "model=xor", "epochs=3", "run.dir=run", "--json"}, dir.path()).out);
  EXPECT_EQ(first.at("steps"), 3);
  EXPECT_EQ(first.at("new_steps"), 3);
  const auto second = json::parse(luge({"resume", "run=run", "epochs=5", "--json"}, dir.path()).out);
  EXPECT_EQ(second.at("steps"), 5);
  EXPECT_EQ(second.at("new_steps"), 2);
  const auto third = luge({"resume", "run=run", "epochs=9"}, dir.path());
  EXPECT_TRUE(says(third.out, "for 4 steps, 9 with those before")) << third.out;
}

TEST(Resume, ATrainingThatWasStoppedEarlyIsFinishedToo) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  for (const std::string key : {"early_stopping=1", "stop_at=0.1"}) {
    std::vector<std::string> words = {
        "train", "model=softmax-regression", "data=shapes.csv", "epochs=50", "run.dir=" + key, key, "--json"};
    if (key.starts_with("early")) words.emplace_back("early_stopping.min_delta=9");
    const auto trained = luge(words, dir.path());
    ASSERT_EQ(trained.code, 0) << trained.err;
    const auto steps = json::parse(trained.out).at("steps");
    const auto again = luge({"resume", "run=" + key, "--json"}, dir.path());
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(json::parse(again.out).at("steps"), steps) << key;
    EXPECT_EQ(json::parse(again.out).at("new_steps"), 0) << key;
    EXPECT_TRUE(says(again.err, "is finished")) << again.err;
    EXPECT_TRUE(says(again.err, key.substr(0, key.find('=') + 1))) << again.err;
  }
  const auto more = luge({"resume", "run=early_stopping=1", "early_stopping=2", "--json"}, dir.path());
  ASSERT_EQ(more.code, 0) << more.err;
  EXPECT_TRUE(says(more.err, "going on")) << more.err;
}

std::vector<double> rates(const std::string& file) {
  io::CsvReader rows(file);
  std::vector<double> found;
  while (rows.next()) found.push_back(rows.number(rows.column("learning_rate")));
  return found;
}

TEST(Resume, AScheduleKeepsItsLengthUnlessAsked) {
  const TempDir dir;
  const std::vector<std::string> train = {"train", "model=xor", "schedule=cosine", "lr=0.5", "epochs=8"};
  auto words = train;
  words.push_back("run.dir=straight");
  ASSERT_EQ(luge(words, dir.path()).code, 0);
  for (const char* run : {"kept", "stretched"}) {
    words = train;
    words.push_back(std::string("run.dir=") + run);
    ASSERT_EQ(luge(words, dir.path()).code, 0);
  }
  const auto kept = luge({"resume", "run=kept", "epochs=12"}, dir.path());
  ASSERT_EQ(kept.code, 0) << kept.err;
  EXPECT_TRUE(says(kept.err, "cosine schedule keeps its length of 8 updates")) << kept.err;
  EXPECT_TRUE(says(kept.err, "schedule.steps=auto")) << kept.err;
  const auto straight = rates(dir.file("straight/metrics.csv"));
  auto found = rates(dir.file("kept/metrics.csv"));
  ASSERT_EQ(found.size(), 12u);
  EXPECT_EQ(std::vector(found.begin(), found.begin() + 8), straight);
  EXPECT_NEAR(found[10], 0, 1e-12);
  const auto stretched = luge({"resume", "run=stretched", "epochs=16", "schedule.steps=auto"}, dir.path());
  ASSERT_EQ(stretched.code, 0) << stretched.err;
  EXPECT_FALSE(says(stretched.err, "keeps its length")) << stretched.err;
  found = rates(dir.file("stretched/metrics.csv"));
  ASSERT_EQ(found.size(), 16u);
  EXPECT_NEAR(found[8], 0.25 * (1 + std::cos(8 * M_PI / 16)), 1e-9);
}

// One label in any row, of the training part or of the part that the best is chosen on.
TEST(Resume, OneChangedLabelIsSeenWhereverItIs) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  ASSERT_EQ(
      luge({"train", "model=softmax-regression", "data=shapes.csv", "epochs=2", "run.dir=run"}, dir.path())
          .code,
      0);
  for (int row = 0; row < 60; row += 7) {
    dir.write("shapes.csv", shapes({row}));
    const auto ran = luge({"resume", "run=run", "epochs=3"}, dir.path());
    EXPECT_EQ(ran.code, 1) << "row " << row;
    EXPECT_TRUE(says(ran.err, "other bytes")) << ran.err;
    EXPECT_TRUE(says(ran.err, "accept_changed_data=true")) << ran.err;
  }
  EXPECT_TRUE(says(read_file(dir.file("run/config.toml")), "epochs = 2"))
      << "what is refused changes nothing";
  const auto accepted = luge({"resume", "run=run", "epochs=3", "accept_changed_data=true"}, dir.path());
  EXPECT_EQ(accepted.code, 0) << accepted.err;
  EXPECT_FALSE(says(read_file(dir.file("run/config.toml")), "accept_changed_data"));
  dir.write("shapes.csv", shapes());
  EXPECT_EQ(luge({"resume", "run=run", "epochs=4"}, dir.path()).code, 1) << "accepted once, not for ever";
}

TEST(Resume, FromAnyFolder) {
  const TempDir dir;
  for (const char* folder : {"data", "deep/er"}) fs::create_directories(dir.path() / folder);
  dir.write("data/shapes.csv", shapes());
  ASSERT_EQ(luge({"train", "model=softmax-regression", "data=data/shapes.csv", "epochs=2"}, dir.path()).code,
            0);
  const std::string run = dir.file("runs/softmax-regression-shapes-1");
  const auto elsewhere = dir.path() / "deep/er";
  const auto resumed = luge({"resume", "run=" + run, "epochs=3"}, elsewhere);
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(luge({"resume", "run=../../runs/softmax-regression-shapes-1", "epochs=4"}, elsewhere).code, 0);
  EXPECT_EQ(luge({"eval", "run=" + run}, elsewhere).code, 0);
  EXPECT_EQ(luge({"eval", "model=" + run + "/checkpoints/last.safetensors"}, elsewhere).code, 0);
  // A run of before, whose data are told from the folder it began in.
  std::string config = read_file(run + "/config.toml");
  const std::string absolute = dir.file("data/shapes.csv");
  const auto at = config.find(absolute);
  ASSERT_NE(at, std::string::npos) << config;
  config.replace(at, absolute.size(), "data/shapes.csv");
  dir.write("runs/softmax-regression-shapes-1/config.toml", config);
  EXPECT_EQ(luge({"eval", "run=" + run}, elsewhere).code, 0);
  // Data that were moved are named again.
  fs::rename(dir.path() / "data", dir.path() / "moved");
  const auto lost = luge({"resume", "run=" + run, "epochs=5"}, elsewhere);
  EXPECT_EQ(lost.code, 1);
  EXPECT_TRUE(says(lost.err, "shapes.csv")) << lost.err;
  const auto found =
      luge({"resume", "run=" + run, "epochs=5", "data=" + dir.file("moved/shapes.csv")}, elsewhere);
  EXPECT_EQ(found.code, 0) << found.err;
}

// What the table calls the best and what eval measures is what best.safetensors holds, even when a better
// epoch could not be written.
TEST(Resume, TheBestIsWhatTheFileHolds) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  ASSERT_EQ(
      luge({"train", "model=softmax-regression", "data=shapes.csv", "epochs=1", "run.dir=run"}, dir.path())
          .code,
      0);
  const std::string first = read_file(dir.file("run/checkpoints/best.safetensors"));
  ASSERT_EQ(luge({"resume", "run=run", "epochs=6"}, dir.path()).code, 0);
  dir.write("run/checkpoints/best.safetensors", first);
  const auto told = luge({"resume", "run=run"}, dir.path());
  EXPECT_TRUE(says(told.out, "best   epoch 1 ")) << told.out;
  EXPECT_EQ(json::parse(luge({"resume", "run=run", "--json"}, dir.path()).out).at("best").at("epoch"), 1);
  const auto evaluated = luge({"eval", "run=run"}, dir.path());
  EXPECT_TRUE(says(evaluated.out, "checkpoint of epoch 1")) << evaluated.out;
  const auto last = json::parse(luge({"eval", "run=run", "checkpoint=last", "--json"}, dir.path()).out);
  EXPECT_EQ(last.at("checkpoint").at("epoch"), 6);
}

// What a step depends on is in the checkpoint: an edit of config.toml that resume cannot take is refused by
// name.
TEST(BadInput, C40_AnEditedSettingIsRefusedByName) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=3", "run.dir=run"}, dir.path()).code, 0);
  const std::string config = read_file(dir.file("run/config.toml")),
                    last = read_file(dir.file("run/checkpoints/last.safetensors"));
  const auto at = config.find("beta1 = 0.9");
  ASSERT_NE(at, std::string::npos);
  dir.write("run/config.toml", std::string(config).replace(at, 11, "beta1 = 0.5"));
  const auto refused = luge({"resume", "run=run", "epochs=6"}, dir.path());
  EXPECT_EQ(refused.code, 2) << refused.err;
  for (const char* part : {"run/config.toml", "optimizer.beta1 = 0.5 (was 0.9)", "init=run"})
    EXPECT_TRUE(says(refused.err, part)) << part << " is missing from " << refused.err;
  EXPECT_EQ(read_file(dir.file("run/checkpoints/last.safetensors")), last);
  EXPECT_TRUE(says(read_file(dir.file("run/config.toml")), "epochs = 3"))
      << "a refused resumption writes nothing";
  dir.write("run/config.toml", config);
  EXPECT_EQ(luge({"resume", "run=run", "epochs=6"}, dir.path()).code, 0);
}

TEST(BadInput, C27_FewerEpochsThanAreDoneAreRefused) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=4", "run.dir=run"}, dir.path()).code, 0);
  const auto refused = luge({"resume", "run=run", "epochs=2"}, dir.path());
  EXPECT_EQ(refused.code, 2) << refused.err;
  EXPECT_TRUE(says(refused.err, "epochs=2: expected at least 4")) << refused.err;
  EXPECT_TRUE(says(read_file(dir.file("run/config.toml")), "epochs = 4"));
}

// The damaged file gets another name, so that the next checkpoint does not replace it.
TEST(BadInput, C41_ADamagedCheckpointIsKept) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=4", "checkpoint.every=1", "run.dir=run"}, dir.path()).code,
            0);
  const fs::path folder = dir.path() / "run/checkpoints";
  std::string torn = read_file(folder / "last.safetensors");
  torn.resize(torn.size() / 2);
  for (int time = 1; time <= 2; ++time) {
    dir.write("run/checkpoints/last.safetensors", torn);
    const auto resumed = luge({"resume", "run=run", fmt::format("epochs={}", 5 + time)}, dir.path());
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_TRUE(says(resumed.err, "last.safetensors.damaged")) << resumed.err;
  }
  EXPECT_EQ(read_file(folder / "last.safetensors.damaged"), torn);
  EXPECT_EQ(read_file(folder / "last.safetensors.damaged-2"), torn);
  EXPECT_TRUE(train::checkpoint_info((folder / "last.safetensors").string()).has_value());
}

TEST(VerifyResume, StopsWhereverItIsAsked) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  const auto all = luge({"verify-resume", "model=mlp", "hidden=4", "data=shapes.csv", "batch=10",
                         "accumulate=2", "epochs=2", "position=all", "--json"},
                        dir.path());
  ASSERT_EQ(all.code, 0) << all.err;
  const json report = json::parse(all.out);
  EXPECT_TRUE(report.at("identical").get<bool>());
  std::vector<std::string> positions;
  for (const json& stop : report.at("stops")) positions.push_back(stop.at("position"));
  EXPECT_EQ(positions, (std::vector<std::string>{"half", "step", "accumulation", "epoch"}));
  const auto none = luge({"verify-resume", "model=xor", "epochs=3", "position=accumulation"}, dir.path());
  EXPECT_EQ(none.code, 2);
  EXPECT_TRUE(says(none.err, "position=accumulation: expected")) << none.err;
}

}  // namespace
}  // namespace luge
