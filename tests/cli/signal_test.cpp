// SIGINT and SIGTERM in the middle of a training.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

#include "support/command.h"
#include "support/paths.h"
#include "support/running_command.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::luge;
using testing::RunningCommand;
using testing::says;
using testing::TempDir;

void pause(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

// A training long enough to be interrupted, which has saved something.
std::unique_ptr<RunningCommand> start_training(const TempDir& dir) {
  auto training = std::make_unique<RunningCommand>(
      std::vector<std::string>{"train", "model=xor", "epochs=100000", "run.dir=run"}, dir.path());
  while (training->running() && !fs::exists(dir.file("run/checkpoints/last.safetensors"))) pause(10);
  return training;
}

std::int64_t epochs_in(const TempDir& dir) {
  const auto rows = testing::read_file(dir.file("run/metrics.csv"));
  return std::count(rows.begin(), rows.end(), '\n') - 1;
}

class Signals : public ::testing::TestWithParam<int> {};

TEST_P(Signals, C37_FinishTheStepSaveAndExit) {
  const TempDir dir;
  const auto training = start_training(dir);
  training->send(GetParam());
  const auto ended = training->wait();
  EXPECT_EQ(ended.code, 128 + GetParam());
  EXPECT_TRUE(says(ended.err, "luge resume run=run")) << ended.err;
  const auto resumed =
      luge({"resume", "run=run", "epochs=" + std::to_string(epochs_in(dir) + 2)}, dir.path());
  EXPECT_EQ(resumed.code, 0) << resumed.err;
}

INSTANTIATE_TEST_SUITE_P(BadInput, Signals, ::testing::Values(SIGINT, SIGTERM));

TEST(BadInput, C34_AKilledTrainingLeavesAWholeCheckpoint) {
  const TempDir dir;
  const auto training = start_training(dir);
  training->send(SIGKILL);
  training->wait();
  const auto evaluated = luge({"eval", "run=run", "checkpoint=last", "--json"}, dir.path());
  EXPECT_EQ(evaluated.code, 0) << evaluated.err;
}

TEST(BadInput, C38_HangUpIsIgnored) {
  const TempDir dir;
  const auto training = start_training(dir);
  training->send(SIGHUP);
  pause(50);
  EXPECT_TRUE(training->running()) << "it goes on";
  training->send(SIGTERM);
  EXPECT_EQ(training->wait().code, 128 + SIGTERM);
}

constexpr const char* kInterrupted = "interrupted (Ctrl-C)";

TEST(Interrupt, ATrainingSaysHowItGoesOn) {
  const TempDir dir;
  const auto training = start_training(dir);
  training->send(SIGINT);
  const auto ended = training->wait();
  EXPECT_EQ(ended.code, 130);
  EXPECT_TRUE(says(ended.err, kInterrupted)) << ended.err;
  EXPECT_EQ(luge({"eval", "run=run"}, dir.path()).code, 0);
}

TEST(Interrupt, AResumedTrainingCanBeResumedAgain) {
  const TempDir dir;
  ASSERT_EQ(luge({"train", "model=xor", "epochs=3", "run.dir=run"}, dir.path()).code, 0);
  RunningCommand resume({"resume", "run=run", "epochs=1000000"}, dir.path());
  while (resume.running() && epochs_in(dir) < 5) pause(10);
  resume.send(SIGINT);
  const auto ended = resume.wait();
  EXPECT_EQ(ended.code, 130);
  EXPECT_TRUE(says(ended.err, kInterrupted)) << ended.err;
  const std::int64_t done = epochs_in(dir);
  EXPECT_GE(done, 5);
  const auto again = luge({"resume", "run=run", "epochs=" + std::to_string(done + 1)}, dir.path());
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(epochs_in(dir), done + 1);
}

// What it trains to compare lies in a folder of its own, which must not stay.
TEST(Interrupt, VerifyResumeLeavesNothing) {
  const TempDir dir;
  fs::create_directory(dir.path() / "tmp");
  ::setenv("TMPDIR", (dir.path() / "tmp").c_str(), 1);
  RunningCommand verify({"verify-resume", "model=xor", "epochs=1000000"}, dir.path());
  ::unsetenv("TMPDIR");
  while (verify.running() && fs::is_empty(dir.path() / "tmp")) pause(10);
  pause(100);
  verify.send(SIGINT);
  const auto ended = verify.wait();
  EXPECT_EQ(ended.code, 130);
  EXPECT_TRUE(says(ended.err, kInterrupted)) << ended.err;
  EXPECT_EQ(ended.out, "");
  EXPECT_TRUE(fs::is_empty(dir.path() / "tmp"));
}

TEST(Interrupt, AnEvaluationReportsNothingHalf) {
  const TempDir dir;
  std::string rows = "a,b,y\n";
  for (int i = 0; i < 300000; ++i) rows += i % 2 ? "1,2,yes\n" : "2,1,no\n";
  dir.write("small.csv", rows.substr(0, 306));
  dir.write("large.csv", rows);
  ASSERT_EQ(
      luge({"train", "model=logistic-regression", "data=small.csv", "epochs=1", "run.dir=run"}, dir.path())
          .code,
      0);
  for (const char* command : {"eval", "predict"}) {
    RunningCommand running(
        {command, "run=run", std::string(command == std::string("eval") ? "data" : "input") + "=large.csv"},
        dir.path());
    running.send(SIGINT);
    const auto ended = running.wait();
    EXPECT_EQ(ended.code, 130) << command;
    EXPECT_TRUE(says(ended.err, kInterrupted)) << ended.err;
    EXPECT_EQ(ended.out, "") << command;
  }
}

TEST(Interrupt, AGradientCheckEndsWithoutAVerdict) {
  const TempDir dir;
  RunningCommand check({"gradcheck", "model=lenet5", "elements=all", "seconds=1000"}, dir.path());
  pause(300);
  check.send(SIGINT);
  const auto ended = check.wait();
  EXPECT_EQ(ended.code, 130);
  EXPECT_TRUE(says(ended.err, kInterrupted)) << ended.err;
  EXPECT_EQ(ended.out, "");
}

// A single evaluation of this network takes many seconds.
TEST(Interrupt, TheSecondEndsAtOnce) {
  const TempDir dir;
  RunningCommand check({"gradcheck", "model=resnet50", "samples=8", "seconds=1000"}, dir.path());
  pause(1000);
  check.send(SIGINT);
  pause(50);
  check.send(SIGINT);
  const auto ended = check.wait(2);
  EXPECT_EQ(ended.code, 130);
  EXPECT_TRUE(says(ended.err, kInterrupted)) << ended.err;
}

// Commands that have nothing to finish end at the first one.
TEST(Interrupt, ShortCommandsEndAtOnce) {
  const TempDir dir;
  RunningCommand bench({"bench", "workload=mlp_b64", "seconds=100"}, dir.path());
  pause(100);
  bench.send(SIGINT);
  const auto ended = bench.wait(5);
  EXPECT_EQ(ended.code, 130);
  EXPECT_TRUE(says(ended.err, kInterrupted)) << ended.err;
}

}  // namespace
}  // namespace luge
