// Class 34: trainings that are killed at random moments, again and again, lose nothing and end in the bytes
// of one that was never killed.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <random>

#include "luge/error.h"
#include "luge/io/safetensors.h"
#include "luge/train/checkpoint_info.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::read_file;
using testing::TempDir;

pid_t start(const std::vector<std::string>& words, const fs::path& folder) {
  std::fflush(nullptr);  // else the child writes it, too
  const pid_t child = ::fork();
  if (child != 0) return child;
  if (::chdir(folder.c_str()) != 0 || !std::freopen("/dev/null", "w", stdout) ||
      !std::freopen("/dev/null", "w", stderr))
    ::_exit(126);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

// The step of a checkpoint that can be read as a whole; -1 for one that cannot.
std::int64_t step_of(const fs::path& file) {
  try {
    io::SafetensorsFile(file.string()).verify();
    const auto info = train::checkpoint_info(file.string());
    return info ? info->position.total_steps : -1;
  } catch (const Error&) {
    return -1;
  }
}

struct Found {
  std::int64_t furthest = -1, torn = 0;
};

// What lies under the names of checkpoints, the only ones that are ever read.
Found checkpoints_in(const fs::path& folder) {
  Found found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".safetensors") continue;
    const std::int64_t step = step_of(entry.path());
    found.torn += step < 0;
    found.furthest = std::max(found.furthest, step);
  }
  return found;
}

struct Kills {
  int moments = 0, lost = 0, torn = 0;
  std::int64_t reached = -1;
};

// Names and times of what is in a folder.
std::vector<std::string> listing(const fs::path& folder) {
  std::vector<std::string> all;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::error_code gone;
    const auto written = fs::last_write_time(entry->path(), gone);
    all.push_back(fmt::format("{} {}", entry->path().string(), written.time_since_epoch().count()));
  }
  std::sort(all.begin(), all.end());
  return all;
}

void pause(long microseconds) {
  const timespec time{microseconds / 1'000'000, microseconds % 1'000'000 * 1000};
  ::nanosleep(&time, nullptr);
}

// Three of four moments are soon after the training has begun to write, the others at any time after its
// start.
void wait_for_a_moment(const fs::path& checkpoints, const std::vector<std::string>& before,
                       std::mt19937& random) {
  if (random() % 4 == 0) return pause(static_cast<long>(random() % 250'000));
  for (int k = 0; k < 10'000 && listing(checkpoints) == before; ++k) pause(500);
  pause(static_cast<long>(random() % 80'000));
}

// Starts the training, kills it at a random moment and looks at what is there; so many times.
Kills kill_again_and_again(int moments, const fs::path& checkpoints, const std::function<pid_t()>& begin) {
  Kills kills;
  std::mt19937 random(7);
  for (; kills.moments < moments; ++kills.moments) {
    const std::vector<std::string> before = listing(checkpoints);
    const pid_t child = begin();
    wait_for_a_moment(checkpoints, before, random);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended on its own: " << status;
    const Found found = checkpoints_in(checkpoints);
    kills.torn += found.torn > 0;
    kills.lost += found.furthest < kills.reached;
    kills.reached = std::max(found.furthest, kills.reached);
  }
  return kills;
}

void tell(const char* what, const Kills& kills) {
  fmt::print(
      "{}: killed at {} moments, {} lost work, {} left a file that cannot be read; step {} was reached\n",
      what, kills.moments, kills.lost, kills.torn, kills.reached);
}

std::string table() {
  std::string rows = "a,b,kind\n";
  for (int i = 0; i < 60; ++i)
    rows += fmt::format("{},{},{}\n", i * 37 % 60, i % 7, i * 37 % 60 < 30 ? "x" : "y");
  return rows;
}

std::vector<std::string> luge_words(std::vector<std::string> words) {
  words.insert(words.begin(), testing::command().string());
  return words;
}

void kill_luge(int moments) {
  if (testing::command().empty()) GTEST_SKIP() << "this build has no command";
  const TempDir dir;
  dir.write("table.csv", table());
  const std::vector<std::string> settings = {"model=mlp",    "hidden=6",      "normalization=batch-norm",
                                             "dropout=0.2",  "batch=9",       "threads=1",
                                             "accumulate=2", "data=table.csv"};
  const auto train_words = [&](const std::string& folder, const std::string& epochs,
                               const std::string& every) {
    std::vector<std::string> words = {"train", "run.dir=" + folder, epochs, every};
    words.insert(words.end(), settings.begin(), settings.end());
    return words;
  };
  const fs::path run = dir.path() / "run";
  const Kills kills = kill_again_and_again(moments, run / "checkpoints", [&] {
    const bool begun = checkpoints_in(run / "checkpoints").furthest >= 0;
    if (!begun) fs::remove_all(run);  // it was killed before there was anything to lose
    return start(luge_words(begun ? std::vector<std::string>{"resume", "run=run"}
                                  : train_words("run", "epochs=100000", "checkpoint.every=1")),
                 dir.path());
  });
  tell("luge train", kills);
  EXPECT_EQ(kills.lost, 0);
  EXPECT_EQ(kills.torn, 0);
  ASSERT_GT(kills.reached, 0) << "no moment came after a checkpoint";
  const std::string epochs = fmt::format("epochs={}", kills.reached / 6 + 2);  // an epoch has 6 steps
  const auto resumed = testing::luge({"resume", "run=run", epochs}, dir.path());
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  const auto straight = testing::luge(train_words("straight", epochs, "checkpoint.every=0"), dir.path());
  ASSERT_EQ(straight.code, 0) << straight.err;
  EXPECT_TRUE(read_file(run / "checkpoints/last.safetensors") ==
              read_file(dir.path() / "straight/checkpoints/last.safetensors"))
      << "not the bytes of a training that was never killed";
  for (const auto& entry : fs::recursive_directory_iterator(run))
    EXPECT_FALSE(entry.path().filename().string().starts_with(".luge-tmp")) << entry.path() << " was left";
}

Kills kill_writer(const std::string& writer, int moments) {
  const TempDir dir;
  const std::string file = dir.file("checkpoints/last.safetensors");
  fs::create_directory(dir.path() / "checkpoints");
  const Kills kills = kill_again_and_again(moments, dir.path() / "checkpoints", [&] {
    return start({LUGE_TWO_WRITERS, writer, file, "1000000000"}, dir.path());
  });
  tell(writer.c_str(), kills);
  return kills;
}

TEST(BadInput, C34_ATrainingKilledAtRandomMomentsLosesNothing) { kill_luge(6); }
TEST(SlowBadInput, C34_ATrainingKilledAt200RandomMomentsLosesNothing) { kill_luge(200); }

// The harness sees what is lost: the same training, written without care, loses some.
TEST(SlowBadInput, C34_ANaiveWriterLosesWorkInTheSameHarness) {
  const Kills careful = kill_writer("atomic", 200);
  EXPECT_EQ(careful.lost, 0);
  EXPECT_EQ(careful.torn, 0);
  const Kills naive = kill_writer("naive", 200);
  EXPECT_GT(naive.lost, 0);
  EXPECT_GT(naive.torn, 0);
}

}  // namespace
}  // namespace luge
