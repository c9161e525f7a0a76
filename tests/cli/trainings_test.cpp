// Cross-validation and ensembles as a person uses them: what is printed and written, eval, predict, and how
// they go on after Ctrl-C and after a kill.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/command.h"
#include "support/running_command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::luge;
using testing::read_file;
using testing::RunningCommand;
using testing::says;
using testing::TempDir;

std::string shapes() {
  std::string table = "width,height,kind\n";
  for (int i = 0; i < 60; ++i)
    table +=
        fmt::format("{},{},{}\n", (i * 37 % 60) / 10.0, i % 5, i * 37 % 60 + i % 5 < 30 ? "small" : "large");
  return table;
}

std::vector<std::string> words(std::vector<std::string> more) {
  std::vector<std::string> all = {"train", "model=mlp", "hidden=4", "data=shapes.csv", "batch=8"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(Trainings, FoldsAreReportedWithMeanAndDeviation) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  const auto ran = luge(words({"folds=3", "epochs=2"}), dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  for (const char* part : {"fold-01", "fold-03", "mean", "deviation", "val_accuracy", "runs/mlp-shapes-1",
                           "eval run=runs/mlp-shapes-1/fold-01"})
    EXPECT_TRUE(says(ran.out, part)) << part << "\n" << ran.out;
  EXPECT_TRUE(says(ran.err, "3 folds, of which this is the first")) << ran.err;
  EXPECT_TRUE(says(ran.err, "fold-02 (2 of 3)")) << ran.err;
  EXPECT_TRUE(fs::exists(dir.path() / "runs/mlp-shapes-1/folds.csv"));
  EXPECT_TRUE(fs::exists(dir.path() / "runs/mlp-shapes-1/curves.png"));
  const auto evaluated =
      luge({"eval", "run=runs/mlp-shapes-1/fold-02", "checkpoint=last", "--json"}, dir.path());
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_EQ(json::parse(evaluated.out).at("split"), "held-out");
  EXPECT_EQ(json::parse(evaluated.out).at("samples"), 20);
  const auto whole = luge({"eval", "run=last"}, dir.path());
  EXPECT_EQ(whole.code, 1);
  EXPECT_TRUE(says(whole.err, "holds 3 of several trainings")) << whole.err;
  EXPECT_TRUE(says(whole.err, "fold-01")) << whole.err;
}

TEST(Trainings, FoldsAsOneDocument) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  dir.write("cv.toml", "model = \"mlp\"\n[data]\nname = \"shapes.csv\"\nfolds = 3\n[train]\nepochs = 2\n");
  const auto ran = luge({"train", "config=cv.toml", "--json"}, dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json found = json::parse(ran.out);
  ASSERT_EQ(found.at("folds").size(), 3u);
  double sum = 0;
  for (const json& fold : found.at("folds")) {
    EXPECT_EQ(fold.at("held_out"), 20);
    EXPECT_EQ(fold.at("samples"), 40);
    EXPECT_EQ(fold.at("epochs"), 2);
    sum += fold.at("metrics").at("val_accuracy").get<double>();
  }
  EXPECT_NEAR(found.at("mean").at("val_accuracy").get<double>(), sum / 3, 1e-12);
  EXPECT_TRUE(found.at("deviation").contains("val_loss"));
  // The fold alone, as another machine would train it, gives the same.
  ASSERT_EQ(luge({"train", "config=cv.toml", "fold=2", "run.dir=alone"}, dir.path()).code, 0);
  EXPECT_EQ(read_file(dir.file("alone/checkpoints/last.safetensors")),
            read_file(dir.file("runs/mlp-shapes-1/fold-02/checkpoints/last.safetensors")));
  const auto plot = luge({"plot", "run=runs/mlp-shapes-1", "to=all.svg"}, dir.path());
  EXPECT_EQ(plot.code, 0) << plot.err;
}

TEST(Trainings, AnEnsembleIsOneFile) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  const auto ran = luge(words({"ensemble=3", "epochs=2", "run.dir=bag", "--json"}), dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json found = json::parse(ran.out);
  ASSERT_EQ(found.at("members").size(), 3u);
  EXPECT_TRUE(found.at("out_of_bag").contains("accuracy"));
  EXPECT_TRUE(found.at("ensemble").contains("accuracy"));
  const std::string file = found.at("model");
  fs::copy(dir.path() / file, dir.path() / "alone.safetensors");
  for (const std::string& net : {std::string("run=bag"), std::string("model=alone.safetensors")}) {
    const auto evaluated = luge({"eval", net, "data=shapes.csv", "--json"}, dir.path());
    ASSERT_EQ(evaluated.code, 0) << evaluated.err;
    const json figures = json::parse(evaluated.out);
    EXPECT_EQ(figures.at("combine"), "mean of probabilities");
    ASSERT_EQ(figures.at("members").size(), 3u);
    EXPECT_EQ(figures.at("members")[1].at("name"), "member-2");
    // The logarithm of a mean is at least the mean of logarithms.
    double losses = 0;
    for (const json& member : figures.at("members")) losses += member.at("metrics").at("loss").get<double>();
    EXPECT_LE(figures.at("metrics").at("loss").get<double>(), losses / 3 + 1e-9);
    EXPECT_EQ(luge({"predict", net, "input=shapes.csv"}, dir.path()).code, 0);
  }
  const auto summary = luge({"summary", "run=bag"}, dir.path());
  EXPECT_EQ(summary.code, 0) << summary.err;
  EXPECT_TRUE(says(summary.out, "member-3")) << summary.out;
  const auto table = luge({"eval", "run=bag"}, dir.path());
  EXPECT_TRUE(says(table.out, "member-1")) << table.out;
  EXPECT_TRUE(says(table.out, "mean of probabilities")) << table.out;
}

void pause(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

// Starts three trainings, and ends them by a signal in the second one.
testing::CommandResult broken(const TempDir& dir, const std::vector<std::string>& train,
                              const std::string& second, int signal) {
  RunningCommand running(train, dir.path());
  while (running.running() && !fs::exists(dir.path() / "broken" / second / "checkpoints/last.safetensors"))
    pause(5);
  running.send(signal);
  return running.wait();
}

class EndedBy : public ::testing::TestWithParam<int> {};

TEST_P(EndedBy, C37_ResumeGivesTheSameAsAStraightTraining) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  for (const auto& [key, second] : {std::pair<std::string, std::string>{"folds=3", "fold-02"},
                                    std::pair<std::string, std::string>{"ensemble=3", "member-2"}}) {
    if (key.starts_with("ensemble") && GetParam() == SIGINT) continue;  // the loop is the same
    const std::string last = second.substr(0, second.size() - 1) + "3";
    fs::remove_all(dir.path() / "broken");
    fs::remove_all(dir.path() / "straight");
    ASSERT_EQ(luge(words({key, "epochs=120", "run.dir=straight"}), dir.path()).code, 0);
    const auto ended = broken(dir, words({key, "epochs=120", "run.dir=broken"}), second, GetParam());
    EXPECT_EQ(ended.code, 128 + GetParam());
    if (GetParam() == SIGINT) {
      EXPECT_TRUE(says(ended.err, "luge resume run=broken")) << ended.err;
    }
    EXPECT_FALSE(fs::exists(dir.path() / "broken" / last)) << "it was to end before";
    const auto resumed = luge({"resume", "run=broken"}, dir.path());
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    for (const std::string& name : {second, last}) {
      const std::string file = name + "/checkpoints/last.safetensors";
      EXPECT_TRUE(read_file(dir.path() / "straight" / file) == read_file(dir.path() / "broken" / file))
          << name;
    }
    const std::string table = key.starts_with("folds") ? "/folds.csv" : "/members.csv";
    EXPECT_EQ(read_file(dir.file("straight" + table)), read_file(dir.file("broken" + table)));
  }
}

INSTANTIATE_TEST_SUITE_P(BadInput, EndedBy, ::testing::Values(SIGINT, SIGKILL));

TEST(Trainings, MisuseEndsWithTwoAndWritesNothing) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  for (const auto& [key, part] : {std::pair<std::string, std::string>{"folds=1", "from 2"},
                                  {"folds=61", "2 to 60"},
                                  {"fold=1", "folds="},
                                  {"ensemble=1", "from 2"},
                                  {"limit=0", "from 1"},
                                  {"data.weights=depth", "depth"}}) {
    const auto ran = luge(words({key}), dir.path());
    EXPECT_NE(ran.code, 0) << key;
    if (key != "data.weights=depth") {
      EXPECT_EQ(ran.code, 2) << key;
    }
    EXPECT_TRUE(says(ran.err, part)) << ran.err;
    EXPECT_FALSE(fs::exists(dir.path() / "runs")) << key;
  }
  EXPECT_EQ(luge(words({"folds=3", "ensemble=2"}), dir.path()).code, 2);
}

TEST(Trainings, EarlyStoppingOnWhatIsHeldOutIsToldOf) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  const auto ran = luge(words({"folds=2", "epochs=2", "early_stopping=5"}), dir.path());
  EXPECT_TRUE(says(ran.err, "validation_split=0.1")) << ran.err;
  const auto other =
      luge(words({"folds=2", "epochs=2", "early_stopping=5", "validation_split=0.2"}), dir.path());
  EXPECT_FALSE(says(other.err, "a little too good")) << other.err;
  EXPECT_TRUE(says(other.out, "held_out_accuracy")) << other.out;
}

TEST(Trainings, RestoreBestMakesTheWatchedFigureTheBest) {
  const TempDir dir;
  dir.write("shapes.csv", shapes());
  const auto ran =
      luge(words({"epochs=6", "early_stopping=3", "restore_best=true", "run.dir=run"}), dir.path());
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(says(ran.out, "by val_loss")) << ran.out;
  EXPECT_EQ(luge(words({"restore_best=true"}), dir.path()).code, 2)
      << "without early stopping it does nothing";
  const auto other =
      luge(words({"early_stopping=3", "restore_best=true", "checkpoint.monitor=loss"}), dir.path());
  EXPECT_EQ(other.code, 2);
  EXPECT_TRUE(says(other.err, "val_loss")) << other.err;
}

TEST(Trainings, WeightsOfSamplesAreToldByEval) {
  const TempDir dir;
  std::string table = "width,weight,kind\n";
  for (int i = 0; i < 60; ++i) table += fmt::format("{},{},{}\n", i, i % 3, i % 4 ? "small" : "large");
  dir.write("shapes.csv", table);
  ASSERT_EQ(luge(words({"epochs=2", "data.weights=weight", "run.dir=run"}), dir.path()).code, 0);
  const auto evaluated = luge({"eval", "run=run", "split=all", "--json"}, dir.path());
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_TRUE(json::parse(evaluated.out).at("metrics").contains("weighted_accuracy"));
  dir.write("other.csv", "width,kind\n1,small\n2,large\n");
  const auto other = luge({"eval", "run=run", "data=other.csv", "--json"}, dir.path());
  ASSERT_EQ(other.code, 0) << other.err;
  EXPECT_FALSE(json::parse(other.out).at("metrics").contains("weighted_accuracy"));
}

}  // namespace
}  // namespace luge
