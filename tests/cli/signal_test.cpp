// SIGINT and SIGTERM in the middle of a training.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/command.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

// `luge train model=xor` in `folder`, long enough to be interrupted.
pid_t start_training(const fs::path& folder, const char* epochs) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (::chdir(folder.c_str()) != 0 || !std::freopen("/dev/null", "w", stdout) ||
      !std::freopen("err", "w", stderr))
    ::_exit(99);
  const std::string program = testing::command().string(), wanted = std::string("epochs=") + epochs;
  ::execl(program.c_str(), program.c_str(), "train", "model=xor", wanted.c_str(), "run.dir=run", nullptr);
  ::_exit(98);
}

bool has_begun(const fs::path& folder) {
  for (int i = 0; i < 6000; ++i) {
    if (fs::exists(folder / "run/checkpoints/last.safetensors")) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

class Signals : public ::testing::TestWithParam<int> {};

TEST_P(Signals, C37_FinishTheStepSaveAndExit) {
  const TempDir dir;
  const pid_t child = start_training(dir.path(), "100000");
  ASSERT_TRUE(has_begun(dir.path()));
  ::kill(child, GetParam());
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 128 + GetParam());
  EXPECT_NE(testing::read_file(dir.file("err")).find("luge resume run=run"), std::string::npos);
  const auto rows = testing::read_file(dir.file("run/metrics.csv"));
  const auto done = std::count(rows.begin(), rows.end(), '\n') - 1;
  const auto resumed = testing::run_command(
      {testing::command().string(), "resume", "run=run", "epochs=" + std::to_string(done + 2)},
      {.folder = dir.path()});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
}

INSTANTIATE_TEST_SUITE_P(BadInput, Signals, ::testing::Values(SIGINT, SIGTERM));

TEST(BadInput, C34_AKilledTrainingLeavesAWholeCheckpoint) {
  const TempDir dir;
  const pid_t child = start_training(dir.path(), "100000");
  ASSERT_TRUE(has_begun(dir.path()));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const auto evaluated = testing::run_command(
      {testing::command().string(), "eval", "run=run", "checkpoint=last", "--json"}, {.folder = dir.path()});
  EXPECT_EQ(evaluated.code, 0) << evaluated.err;
}

TEST(BadInput, C38_HangUpIsIgnored) {
  const TempDir dir;
  const pid_t child = start_training(dir.path(), "100000");
  ASSERT_TRUE(has_begun(dir.path()));
  ::kill(child, SIGHUP);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(::waitpid(child, nullptr, WNOHANG), 0) << "it goes on";
  ::kill(child, SIGTERM);
  ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace luge
