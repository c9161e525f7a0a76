// What the files of a run say: its status, its best epoch, its configuration, and what cannot be read.
#include "board/run_document.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "board/report.h"
#include "io/files/process.h"
#include "luge/io/tensorboard.h"
#include "support/run_files.h"
#include "support/temp_dir.h"

namespace luge::board {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using testing::make_run;
using testing::TempDir;
using testing::write_text;

Json summary(const TempDir& dir, const std::string& name) {
  return run_summary(*Folder::open(dir.file(name)), name);
}
Json document(const TempDir& dir, const std::string& name) {
  return run_document(*Folder::open(dir.file(name)), name);
}
std::string lock_of(pid_t pid, std::uint64_t started) {
  return "pid = " + std::to_string(pid) + "\nstarted = " + std::to_string(started) +
         "\nhost = " + io::this_process().host + "\n";
}

TEST(RunDocument, TellsHowFarARunIsAndItsBestEpoch) {
  const TempDir dir;
  make_run(dir.file("a"), 7);
  const Json run = summary(dir, "a");
  EXPECT_EQ(run["status"], "finished");
  EXPECT_EQ(run["model"], "lenet5");
  EXPECT_EQ(run["data"], "digits");
  EXPECT_EQ(run["sequence"], 7);
  EXPECT_EQ(run["epochs"], 2);
  EXPECT_EQ(run["seconds"], 3.0);
  EXPECT_EQ(run["monitor"], "val_accuracy");
  EXPECT_EQ(run["best"]["epoch"], 1) << "0.75 is above 0.7";
  EXPECT_EQ(run["last"]["val_accuracy"], 0.7);
  EXPECT_EQ(run["config"]["optimizer.learning_rate"], 0.001);
  EXPECT_TRUE(run["problems"].empty());
}

TEST(RunDocument, TheMonitorOfTheRunDecides) {
  const TempDir dir;
  make_run(dir.file("a"), 1);
  write_text(dir.file("a/status.json"), R"({"status":"finished","monitor":"loss","higher":false})");
  EXPECT_EQ(summary(dir, "a")["best"]["epoch"], 2);
}

TEST(RunDocument, KnowsWhetherARunStillRuns) {
  const TempDir dir;
  make_run(dir.file("a"), 1, "running");
  write_text(dir.file("a/checkpoints/last.safetensors"), "x");
  EXPECT_EQ(summary(dir, "a")["status"], "interrupted") << "it was killed: the lock has no owner";
  const io::ProcessIdentity mine = io::this_process();
  write_text(dir.file("a/lock"), lock_of(mine.pid, mine.started));
  EXPECT_EQ(summary(dir, "a")["status"], "running");
  write_text(dir.file("a/lock"), lock_of(mine.pid, mine.started + 1));
  EXPECT_EQ(summary(dir, "a")["status"], "interrupted") << "another process has this number now";
  make_run(dir.file("b"), 1, "failed");
  EXPECT_EQ(summary(dir, "b")["status"], "failed");
  make_run(dir.file("old"), 1, "");
  EXPECT_EQ(summary(dir, "old")["status"], "finished") << "both epochs are there";
}

TEST(RunDocument, ConfigurationsKeepOrderAndSources) {
  const TempDir dir;
  make_run(dir.file("a"), 1);
  const Json list = document(dir, "a")["config_list"];
  ASSERT_EQ(list.size(), 6u);
  EXPECT_EQ(list[1]["key"], "data.name");
  EXPECT_EQ(list[1]["source"], "file my.toml");
  EXPECT_EQ(list[5]["value"], Json({"accuracy", "f1"}));
  EXPECT_EQ(list[5]["source"], "default");
}

TEST(RunDocument, FoldsAreBelowTheirRun) {
  const TempDir dir;
  make_run(dir.file("a"), 1, "running");
  write_text(dir.file("a/checkpoints/last.safetensors"), "x");
  fs::remove(dir.file("a/metrics.jsonl"));
  make_run(dir.file("a/fold-01"), 1);
  make_run(dir.file("a/fold-02"), 2, "failed");
  fs::create_directories(dir.file("a/checkpoints"));
  const Json run = document(dir, "a");
  ASSERT_EQ(run["runs"].size(), 2u);
  EXPECT_EQ(run["runs"][0]["name"], "a/fold-01");
  EXPECT_EQ(run["trainings"], 2);
  EXPECT_EQ(run["seconds"], 6.0);
}

TEST(RunDocument, HistogramsComeFromEventFiles) {
  const TempDir dir;
  make_run(dir.file("a"), 1);
  {
    io::EventWriter writer(dir.file("a/train"));
    for (int step = 0; step < 100; ++step)
      writer.histogram("weights/w", io::histogram_of(std::vector<double>{-1, 0.5, 0.5, 1.0 + step}), step);
    writer.scalar("loss", 1, 1);
    writer.flush();
  }
  const Json all = document(dir, "a")["events"]["histograms"];
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]["name"], "weights/w");
  EXPECT_EQ(all[0]["part"], "training");
  EXPECT_LE(all[0]["steps"].size(), 40u);
  EXPECT_EQ(all[0]["steps"].back()["step"], 99) << "the last moment is kept";
  EXPECT_EQ(all[0]["edges"].size(), all[0]["steps"][0]["counts"].size() + 1);
  double count = 0;
  for (const Json& each : all[0]["steps"].back()["counts"]) count += each.get<double>();
  EXPECT_NEAR(count, 4, 0.05);
}

TEST(RunDocument, ScalarsPicturesCurvesAndTextsComeFromEventFiles) {
  const TempDir dir;
  make_run(dir.file("a"), 1);
  constexpr int kSteps = 3001;
  {
    io::EventWriter training(dir.file("a/train")), validation(dir.file("a/validation"));
    for (int step = 0; step < kSteps; ++step) training.scalar("steps/loss", step, step);
    training.scalar("loss", 1, 1);        // in metrics.jsonl
    validation.scalar("accuracy", 1, 1);  // the same: val_accuracy
    validation.scalar("own", 0.25, 7);
    for (int step = 0; step < 30; ++step)
      validation.image("seen", io::Image{1, 1, 1, {static_cast<std::uint8_t>(step)}}, step);
    validation.pr_curve("curve", io::pr_curve_of(std::vector<double>{0.9, 0.6, 0.2}, {true, false, true}, 11),
                        5);
    training.text("note", "<b>first</b>", 1);
    training.flush();
    validation.flush();
  }
  const Json events = document(dir, "a")["events"];
  ASSERT_EQ(events["scalars"].size(), 2u) << events["scalars"].dump(1).substr(0, 400);
  const Json& loss = events["scalars"][0];
  EXPECT_EQ(loss["name"], "steps/loss");
  EXPECT_EQ(loss["count"], kSteps);
  EXPECT_LE(loss["points"].size(), 1000u);
  EXPECT_EQ(loss["points"].back(), Json({kSteps - 1, kSteps - 1})) << "the last one is kept";
  EXPECT_EQ(events["scalars"][1]["points"], Json::parse("[[7, 0.25]]"));
  const Json& seen = events["pictures"][0];
  EXPECT_EQ(seen["part"], "validation");
  EXPECT_EQ(seen["count"], 30);
  EXPECT_LE(seen["moments"].size(), 12u);
  EXPECT_EQ(seen["moments"].back()["step"], 29);
  EXPECT_TRUE(seen["moments"][0]["picture"].get<std::string>().starts_with("data:image/png;base64,iVBOR"));
  const Json& curve = events["curves"][0]["moments"][0];
  EXPECT_EQ(curve["positives"], 2);
  EXPECT_EQ(curve["samples"], 3);
  EXPECT_EQ(curve["points"][0][2], 1.0) << "at threshold 0 all are found";
  EXPECT_EQ(curve["points"].back()[0], 0.9) << "above it there is none";
  EXPECT_EQ(events["texts"][0]["moments"][0]["text"], "<b>first</b>");
}

TEST(RunDocument, OfEqualEpochsTheOneWithTheLowerValidationLossIsTheBest) {
  const TempDir dir;
  make_run(dir.file("a"), 1);
  write_text(dir.file("a/metrics.jsonl"),
             "{\"epoch\":1,\"val_accuracy\":0.75,\"val_loss\":0.5}\n"
             "{\"epoch\":2,\"val_accuracy\":0.75,\"val_loss\":0.4}\n"
             "{\"epoch\":3,\"val_accuracy\":0.75,\"val_loss\":0.6}\n");
  EXPECT_EQ(summary(dir, "a")["best"]["epoch"], 2);
}

TEST(BadInput, C92_DamagedEventFilesAreNamed) {
  const TempDir dir;
  make_run(dir.file("a"), 1);
  {
    io::EventWriter writer(dir.file("a/train"));
    for (int step = 0; step < 20; ++step) writer.scalar("own", step, step);
    writer.flush();
    std::fstream file(writer.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(200);
    file << "damaged";
  }
  const Json run = document(dir, "a");
  EXPECT_NE(run["problems"].dump().find("damaged stretches"), std::string::npos) << run["problems"].dump();
  EXPECT_EQ(run["events"]["scalars"][0]["points"].back()[0], 19) << "the rest is shown";
}

TEST(BadInput, C92_FilesThatAreHalfWrittenAreNamedAndTheRestIsShown) {
  const TempDir dir;
  make_run(dir.file("a"), 1);
  const auto add = [&](const std::string& name, const std::string& text) {
    std::ofstream(dir.file("a/" + name), std::ios::app) << text;
  };
  add("metrics.jsonl", "{\"epoch\":3,\"los");
  add("config.toml", "[broken\n");
  write_text(dir.file("a/evaluation.json"), "{\"split\": ");
  write_text(dir.file("a/model.json"), "[1, 2]");
  write_text(dir.file("a/status.json"), "{\"status\": 5, \"monitor\": []}");
  write_text(dir.file("a/lock"), "pid = x\nhost");
  write_text(dir.file("a/train/events.out.tfevents.1"), "no event file");
  const Json run = document(dir, "a");
  EXPECT_EQ(run["epoch_rows"].size(), 2u);
  const std::string problems = run["problems"].dump();
  for (const char* each : {"metrics.jsonl, line 3", "config.toml, line", "evaluation.json", "model.json"})
    EXPECT_NE(problems.find(each), std::string::npos) << each << ": " << problems;
  EXPECT_EQ(run["status"], "finished");
}

TEST(BadInput, C92_WrongTypesInMetricsAreNotTakenForNumbers) {
  const TempDir dir;
  make_run(dir.file("a"), 1);
  write_text(dir.file("a/metrics.jsonl"),
             "{\"epoch\":\"one\",\"val_accuracy\":null,\"seconds\":[1]}\n{\"val_accuracy\":0.5}\n17\n");
  const Json run = document(dir, "a");
  EXPECT_EQ(run["epochs"], 2);
  EXPECT_EQ(run["best"]["val_accuracy"], 0.5);
  EXPECT_EQ(run["problems"].size(), 1u);
}

TEST(Folder, NeverLeavesItself) {
  const TempDir dir;
  write_text(dir.file("secret.txt"), "secret");
  make_run(dir.file("runs/a"), 1);
  fs::create_symlink(dir.file("secret.txt"), dir.file("runs/a/link.txt"));
  fs::create_symlink(dir.path(), dir.file("runs/out"));
  ASSERT_EQ(::symlink(dir.file("runs/a").c_str(), dir.file("runs/b").c_str()), 0);
  const Folder root = *Folder::open(dir.file("runs"));
  EXPECT_TRUE(root.at("a"));
  EXPECT_TRUE(root.below("a")->read("config.toml"));
  EXPECT_FALSE(root.below("a")->read("link.txt"));
  EXPECT_FALSE(root.below("a")->stamp("link.txt"));
  EXPECT_FALSE(root.below("a")->with_file("link.txt", [](const fs::path&) { FAIL(); }));
  for (const char* name : {"..", ".", "", "out", "b", "a/..", "a/../a", "/", "/etc"})
    EXPECT_FALSE(root.at(name)) << name;
  EXPECT_FALSE(root.below(std::string_view("a\0", 2)));
  EXPECT_EQ(root.folders(), std::vector<std::string>{"a"});
  ASSERT_EQ(::mkfifo(dir.file("runs/a/pipe.txt").c_str(), 0600), 0);
  EXPECT_FALSE(root.below("a")->read("pipe.txt")) << "and it does not wait for a writer";
}

}  // namespace
}  // namespace luge::board
