// What `luge runs`, the board and report.html say of a run: the same, however it ended.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "board/run_document.h"
#include "experiment/run_list.h"
#include "experiment/run_report.h"
#include "io/files/process.h"
#include "io/run/run_owner.h"
#include "luge/error.h"
#include "luge/experiment/run.h"
#include "luge/experiment/trainings.h"
#include "luge/train/callbacks.h"
#include "luge/train/watching.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using board::RunStatus;
using experiment::Config;
using experiment::kStopped;
using experiment::Trainings;
using testing::read_file;
using testing::TempDir;

constexpr std::int64_t kStepsOfAnEpoch = 5;

Config config_of(const TempDir& dir) {
  std::string text = "x,kind\n";
  for (int k = 0; k < 100; ++k) text += std::to_string(k % 7) + (k % 7 < 3 ? ",few\n" : ",many\n");
  return {{"model", "mlp"}, {"hidden", "4"}, {"data", dir.write("data.csv", text)},
          {"epochs", "4"},  {"batch", "18"}, {"run.dir", dir.file("run")}};
}

std::string page_status(const fs::path& run) {
  const std::string html = read_file((run / "report.html").string()), begin = "id=\"data\">";
  const std::size_t at = html.find(begin) + begin.size();
  return Json::parse(html.substr(at, html.find("</script>", at) - at))["run"]["status"];
}

// In the table of runs, on the board, and on the page if there is one.
void expect_all(const fs::path& run, RunStatus status, const std::string& reason = "") {
  const experiment::RunFacts facts = experiment::run_facts(run);
  EXPECT_STREQ(to_string(facts.status), to_string(status));
  const auto summary = board::run_summary(*board::Folder::open(run), "run");
  EXPECT_EQ(summary["status"], to_string(status));
  EXPECT_EQ(summary["reason"], facts.reason);
  EXPECT_NE(facts.reason.find(reason), std::string::npos) << facts.reason;
  if (fs::exists(run / "report.html") && status != RunStatus::running) {
    EXPECT_EQ(page_status(run), to_string(status));
  }
}

// As Ctrl-C while the epoch of this number is validated.
std::vector<train::CallbackRef> stopping_after(std::int64_t epoch) {
  const auto asked = std::make_shared<bool>(false);
  return {train::callback_of({.epoch_end = [=](train::Fit& fit) { *asked = fit.epoch + 1 >= epoch; }}),
          train::stop_when([=] { return *asked; }, kStopped)};
}

TEST(RunStatusOf, ARunThatFinishes) {
  const TempDir dir;
  experiment::Run run(config_of(dir));
  run.begin();
  EXPECT_EQ(experiment::run_facts(dir.file("run")).status, RunStatus::running);
  struct Looks final : train::Callback {
    explicit Looks(fs::path run) : run(std::move(run)) {}
    void epoch_end(train::Fit&) override { expect_all(run, RunStatus::running); }
    fs::path run;
  };
  run.train({std::make_shared<Looks>(dir.file("run"))});
  expect_all(dir.file("run"), RunStatus::finished);
}

TEST(RunStatusOf, ARunThatAPersonStops) {
  const TempDir dir;
  {
    experiment::Run run(config_of(dir));
    run.begin();
    const auto within = [&run] { return run.position().total_steps > kStepsOfAnEpoch; };
    run.train({train::stop_when(within, kStopped)});
    expect_all(dir.file("run"), RunStatus::interrupted, kStopped);
  }
  {
    experiment::Run run = experiment::Run::resume(dir.file("run"));
    run.train(stopping_after(2));
    EXPECT_EQ(run.position().step, 0) << "no epoch is begun";
    expect_all(dir.file("run"), RunStatus::interrupted, kStopped);
  }
  experiment::Run run = experiment::Run::resume(dir.file("run"));
  run.train(stopping_after(4));
  expect_all(dir.file("run"), RunStatus::finished);
}

TEST(RunStatusOf, ARunThatWasKilled) {
  const TempDir dir;
  {
    experiment::Run run(config_of(dir));
    run.begin();
    run.train();
  }
  std::ofstream(dir.file("run/status.json")) << R"({"status":"running"})";
  io::ProcessIdentity owner = io::this_process();
  std::ofstream(dir.file("run/lock")) << io::owner_text(owner);
  expect_all(dir.file("run"), RunStatus::running);
  fs::remove(dir.file("run/report.html"));
  ++owner.started;
  std::ofstream(dir.file("run/lock")) << io::owner_text(owner);
  expect_all(dir.file("run"), RunStatus::interrupted, "ended from outside");
  fs::remove_all(dir.file("run/checkpoints"));
  expect_all(dir.file("run"), RunStatus::failed, "before anything was saved");
}

TEST(RunStatusOf, ARunWithNanFailed) {
  const TempDir dir;
  Config config = config_of(dir);
  config.set("optimizer", "sgd");
  config.set("lr", "1e30");
  experiment::Run run(config);
  run.begin();
  EXPECT_THROW(run.train(), Error);
  EXPECT_TRUE(fs::exists(dir.file("run/checkpoints/nonfinite.safetensors")));
  expect_all(dir.file("run"), RunStatus::failed, "finite");
}

TEST(RunStatusOf, ARunThatStopsEarlyIsFinished) {
  const TempDir dir;
  Config config = config_of(dir);
  config.set("epochs", "50");
  config.set("early_stopping", "1");
  config.set("callbacks.early_stopping.min_delta", "10");
  experiment::Run run(config);
  run.begin();
  EXPECT_LT(run.train().history.epochs.size(), 50u);
  expect_all(dir.file("run"), RunStatus::finished, "has not improved");
}

TEST(RunStatusOf, ARefusedResumptionOfFoldsChangesNothing) {
  const TempDir dir;
  Config config = config_of(dir);
  config.set("folds", "2");
  std::int64_t calls = 0;
  {
    Trainings folds(config);
    folds.begin();
    folds.train({}, [&] { return ++calls > 3 * kStepsOfAnEpoch; });
  }
  expect_all(dir.file("run"), RunStatus::interrupted, kStopped);
  const std::string before = read_file(dir.file("run/status.json"));
  EXPECT_THROW(Trainings::resume(dir.file("run"), {{"epochs", "1"}}).train(), Error)
      << "more epochs than that are done";
  EXPECT_EQ(read_file(dir.file("run/status.json")), before);
  expect_all(dir.file("run"), RunStatus::interrupted, kStopped);
  Trainings::resume(dir.file("run")).train();
  expect_all(dir.file("run"), RunStatus::finished);
  expect_all(dir.file("run/fold-02"), RunStatus::finished);
}

TEST(RunStatusOf, FoldsWithNanFailed) {
  const TempDir dir;
  Config config = config_of(dir);
  config.set("folds", "2");
  config.set("optimizer", "sgd");
  config.set("lr", "1e30");
  Trainings folds(config);
  folds.begin();
  EXPECT_THROW(folds.train(), Error);
  expect_all(dir.file("run"), RunStatus::failed, "finite");
}

TEST(RunStatusOf, FoldsWithoutPagesAreFinishedAllTheSame) {
  const TempDir dir;
  Config config = config_of(dir);
  config.set("folds", "2");
  config.set("epochs", "1");
  config.set("report", "false");
  Trainings folds(config);
  folds.begin();
  folds.train();
  EXPECT_FALSE(fs::exists(dir.file("run/report.html")));
  expect_all(dir.file("run"), RunStatus::finished);
}

}  // namespace
}  // namespace luge
