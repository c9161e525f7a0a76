// The pictures that a training leaves in its folder.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "experiment/run_curves.h"
#include "experiment/run_pictures.h"
#include "luge/experiment/run.h"
#include "luge/train/callbacks.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::read_file;
using testing::TempDir;

std::string kinds() {
  std::string table = "width,height,kind\n";
  for (int i = 0; i < 60; ++i)
    table += fmt::format("{},{},{}\n", (i * 37 % 60) / 8.0, i % 7, (i * 37 % 60) < 30 ? "small" : "large");
  return table;
}

train::History history(std::vector<train::Logs> epochs) {
  train::History history;
  for (train::Logs& logs : epochs) {
    const auto epoch = static_cast<std::int64_t>(history.epochs.size());
    history.epochs.push_back(
        {.epoch = epoch, .step = 10 * (epoch + 1), .logs = std::move(logs), .learning_rate = 0.1});
  }
  return history;
}

TEST(RunCurves, TrainingAndValidationShareAPanel) {
  const train::History measured = history({{{"loss", 2}, {"val_loss", 3}}, {{"loss", 1}, {"val_loss", 2}}});
  EXPECT_EQ(experiment::metrics_of({{"run", measured}}), (std::vector<std::string>{"loss", "val_loss"}));
  const std::string svg = experiment::run_curves({{"my-run", measured}}).svg();
  for (const char* text : {"<title>my-run</title>", "training", "validation", "\nloss\n", "epoch"})
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  EXPECT_EQ(svg.find("val_loss"), std::string::npos);
  EXPECT_EQ(svg.find("learning_rate"), std::string::npos) << "it is the same in all epochs";
}

TEST(RunCurves, TheRateIsDrawnWhereItChanges) {
  train::History measured = history({{{"loss", 2}}, {{"loss", 1}}});
  measured.epochs[1].learning_rate = 0.01;
  EXPECT_EQ(experiment::metrics_of({{"run", measured}}), (std::vector<std::string>{"loss", "learning_rate"}));
}

TEST(RunCurves, StagesAreMarkedAndEpochsGoOn) {
  train::History measured = history({{{"loss", 4}}, {{"loss", 3}}, {{"loss", 2}}});
  measured.epochs[0].stage = "warm-up", measured.epochs[1].stage = measured.epochs[2].stage = "all";
  measured.epochs[1].epoch = 0, measured.epochs[2].epoch = 1;
  const std::string svg = experiment::run_curves({{"run", measured}}).svg();
  EXPECT_NE(svg.find("warm-up"), std::string::npos);
  EXPECT_NE(svg.find("\n3\n"), std::string::npos) << "the third epoch";
}

TEST(RunCurves, AMetricThatSomeEpochsHaveIsAGap) {
  const train::History measured = history({{{"loss", 2}}, {{"loss", 1}, {"val_loss", 2}}});
  EXPECT_GT(experiment::run_curves({{"run", measured}}).png().size(), 1000u);
  EXPECT_EQ(experiment::not_measured({"run", measured}, "val_loss"), "");
  EXPECT_NE(experiment::not_measured({"run", measured}, "vall_loss").find("it has measured loss, val_loss"),
            std::string::npos);
}

TEST(RunPictures, AnInterruptedTrainingLeavesItsCurves) {
  const TempDir dir;
  experiment::Run run({{"model", "mlp"},
                       {"hidden", "8"},
                       {"data", dir.write("kinds.csv", kinds())},
                       {"epochs", "9"},
                       {"batch", "16"},
                       {"run.dir", dir.file("run")}});
  run.begin();
  const auto report =
      run.train({train::stop_when([&] { return run.position().total_steps >= 6; }, "interrupted")});
  ASSERT_TRUE(report.history.interrupted);
  EXPECT_TRUE(fs::exists(dir.file("run/curves.png")));
  EXPECT_FALSE(fs::exists(dir.file("run/confusion.png")))
      << "a person who stops a training waits for nothing";
}

TEST(RunPictures, ATrainingThatFailsLeavesItsCurves) {
  const TempDir dir;
  experiment::Run run({{"model", "mlp"},
                       {"hidden", "8"},
                       {"data", dir.write("kinds.csv", kinds())},
                       {"epochs", "9"},
                       {"batch", "16"},
                       {"run.dir", dir.file("run")}});
  run.begin();
  struct Fails final : train::Callback {
    void epoch_end(train::Fit& fit) override {
      if (fit.epoch == 2) throw ValueError("it fails");
    }
  };
  EXPECT_THROW(run.train({std::make_shared<Fails>()}), ValueError);
  EXPECT_TRUE(fs::exists(dir.file("run/curves.png")));
}

TEST(RunPictures, TheConfusionMatrixIsThatOfTheBestNetwork) {
  const TempDir dir;
  experiment::Run run({{"model", "mlp"},
                       {"hidden", "8"},
                       {"data", dir.write("kinds.csv", kinds())},
                       {"epochs", "4"},
                       {"batch", "16"},
                       {"run.dir", dir.file("run")}});
  run.begin();
  run.train();
  const std::string drawn = read_file(dir.file("run/confusion.png"));
  fs::remove(dir.file("run/confusion.png"));
  experiment::RunPictures(dir.file("run"), [](const std::string&) {
  }).draw_confusion(experiment::judge(dir.file("run"), run.parts(), run.parts(), 60));
  EXPECT_EQ(read_file(dir.file("run/confusion.png")), drawn);
}

TEST(RunPictures, WithoutValidationTheTrainingSamplesAreShown) {
  const TempDir dir;
  experiment::Run run({{"model", "mlp"},
                       {"hidden", "8"},
                       {"data", dir.write("kinds.csv", kinds())},
                       {"epochs", "2"},
                       {"validation_split", "0"},
                       {"run.dir", dir.file("run")}});
  run.begin();
  run.train();
  EXPECT_TRUE(fs::exists(dir.file("run/confusion.png")));
}

}  // namespace
}  // namespace luge
