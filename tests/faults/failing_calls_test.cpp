// Classes 33 and 36: each call of a training on the files of its run fails once, with each error. What was
// saved before stays, errors name the file and the cause, and a resumption ends in the bytes of a training
// without faults.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "luge/error.h"
#include "luge/io/safetensors.h"
#include "luge/train/checkpoint_info.h"
#include "support/command.h"
#include "support/paths.h"
#include "support/temp_dir.h"

namespace luge {
namespace {

namespace fs = std::filesystem;
using testing::CommandResult;
using testing::read_file;
using testing::says;
using testing::TempDir;

struct Fault {
  const char* call = "none";
  int at = 0;     // the number of the call
  int times = 1;  // how many fail; 0: all from there on
  int error = 0;  // 0: a write takes half of its bytes
};

// Errors after which the training must have gone on as if nothing had been.
bool is_harmless(const Fault& fault) { return fault.error == 0 || fault.error == EINTR; }

#ifdef LUGE_FAULTS
bool available() { return !testing::command().empty(); }
const char* library() { return LUGE_FAULTS; }
#else
bool available() { return false; }
const char* library() { return ""; }
#endif

class FailingCalls : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!available()) GTEST_SKIP() << "no command, or sanitizers, with which no library can be loaded first";
    std::string rows = "a,b,kind\n";
    for (int i = 0; i < 40; ++i)
      rows += fmt::format("{},{},{}\n", i * 37 % 40, i % 7, i * 37 % 40 < 20 ? "x" : "y");
    dir_.write("table.csv", rows);
    for (const char* folder : {"before", "whole"}) {
      const CommandResult ran =
          run({"train", "model=softmax-regression", "data=table.csv", "epochs=2", "batch=20", "threads=1",
               "checkpoint.every=1", "keep=2", fmt::format("run.dir={}", folder)});
      ASSERT_EQ(ran.code, 0) << ran.err;
    }
    ASSERT_EQ(run({"resume", "run=whole", "epochs=3"}).code, 0);
    whole_ = read_file(dir_.path() / "whole/checkpoints/last.safetensors");
  }

  CommandResult run(std::vector<std::string> words, const Fault& fault = {}) const {
    words.insert(words.begin(), testing::command().string());
    testing::CommandOptions options;
    options.folder = dir_.path();
    options.environment = {fmt::format("LD_PRELOAD={}", library()),
                           "LUGE_FAULT_QUICK=1",
                           fmt::format("LUGE_FAULT_UNDER={}", (fs::canonical(dir_.path()) / "run").string()),
                           fmt::format("LUGE_FAULT_CALL={}", fault.call),
                           fmt::format("LUGE_FAULT_AT={}", fault.at),
                           fmt::format("LUGE_FAULT_TIMES={}", fault.times),
                           fmt::format("LUGE_FAULT_ERROR={}", fault.error),
                           fmt::format("LUGE_FAULT_COUNT={}", dir_.file("count"))};
    return testing::run_command(words, options);
  }

  int counted() const { return std::stoi(read_file(dir_.path() / "count")); }

  // A run after two epochs, which is to have a third.
  void begin() const {
    fs::remove_all(dir_.path() / "run");
    fs::copy(dir_.path() / "before", dir_.path() / "run", fs::copy_options::recursive);
  }

  // Every checkpoint can be read, and the furthest is not less far than the one before.
  void expect_nothing_lost(const std::string& what) const {
    std::int64_t furthest = 0;
    for (const auto& entry : fs::directory_iterator(dir_.path() / "run/checkpoints")) {
      if (entry.path().extension() != ".safetensors") continue;
      try {
        io::SafetensorsFile(entry.path().string()).verify();
        furthest = std::max(furthest, train::checkpoint_info(entry.path().string())->position.total_steps);
      } catch (const Error& error) {
        ADD_FAILURE() << what << ": " << error.what();
      }
    }
    EXPECT_GE(furthest, 4) << what;  // an epoch has 2 steps
  }

  // The third epoch with a fault, and then without. Returns how many calls of this kind there were.
  int try_fault(const Fault& fault, const std::string& policy, bool then_resume) const {
    const std::string what = fmt::format("{} number {} fails with {}, {}", fault.call, fault.at,
                                         fault.error ? std::strerror(fault.error) : "a short write", policy);
    begin();
    const CommandResult ran = run({"resume", "run=run", "epochs=3"}, fault);
    const int calls = counted();
    EXPECT_TRUE(ran.code == 0 || ran.code == 1) << what << ": exit status " << ran.code << "\n" << ran.err;
    expect_nothing_lost(what);
    if (is_harmless(fault)) {
      EXPECT_EQ(ran.code, 0) << what << "\n" << ran.err;
    }
    if (ran.code != 0) {
      EXPECT_TRUE(says(ran.err, std::strerror(fault.error))) << what << "\n" << ran.err;
      EXPECT_TRUE(says(ran.err, "luge")) << what << "\n" << ran.err;
      EXPECT_TRUE(says(ran.err, "run/")) << what << ": no file is named\n" << ran.err;
      for (const char* other : {"metrics.csv: ", "metrics.jsonl: ", ".png: ", "model.txt: "})
        EXPECT_FALSE(says(ran.err, other)) << what << ": a file that is no checkpoint ended it\n" << ran.err;
    }
    if (!then_resume) return calls;
    const CommandResult again = run({"resume", "run=run", "epochs=3"});
    EXPECT_EQ(again.code, 0) << what << "\n" << again.err;
    EXPECT_TRUE(read_file(dir_.path() / "run/checkpoints/last.safetensors") == whole_)
        << what << ": other bytes";
    for (const auto& entry : fs::recursive_directory_iterator(dir_.path() / "run"))
      EXPECT_FALSE(entry.path().filename().string().starts_with(".luge-tmp")) << what << ": " << entry.path();
    return calls;
  }

  // Every number, until a training passes without the fault.
  int try_every_call(const char* call, int error, bool then_resume) const {
    int tried = 0;
    for (int at = 1;; ++at, ++tried) {
      if (try_fault({call, at, 1, error}, "stop", then_resume) < at) break;
      if (HasFailure()) break;
    }
    return tried;
  }

  TempDir dir_;
  std::string whole_;
};

using BadInputFaults = FailingCalls;

// One call and one error; the Slow test tries all.
TEST_F(BadInputFaults, C33_EveryRenameOfATrainingFailsOnce) {
  const int tried = try_every_call("rename", EIO, false);
  fmt::print("{} faults, one a training\n", tried);
  EXPECT_GT(tried, 5);
}

TEST_F(BadInputFaults, C33_AFullDiskStopsOrWarnsAsToldAndTheOldStays) {
  begin();
  const CommandResult stopped = run({"resume", "run=run", "epochs=3"}, {"write", 8, 0, ENOSPC});
  EXPECT_EQ(stopped.code, 1) << stopped.err;
  EXPECT_TRUE(says(stopped.err, "No space left on device")) << stopped.err;
  EXPECT_TRUE(says(stopped.err, ".safetensors")) << stopped.err;
  expect_nothing_lost("a full disk");
  begin();
  std::string config = read_file(dir_.path() / "run/config.toml");
  const auto at = config.find("on_error = \"stop\"");
  ASSERT_NE(at, std::string::npos);
  dir_.write("run/config.toml", config.replace(at, 17, "on_error = \"warn\""));
  const CommandResult warned = run({"resume", "run=run", "epochs=3"}, {"write", 8, 0, ENOSPC});
  EXPECT_EQ(warned.code, 0) << warned.err;
  EXPECT_TRUE(says(warned.err, "warning: ") && says(warned.err, "training goes on")) << warned.err;
  expect_nothing_lost("a full disk, told only");
  const CommandResult again = run({"resume", "run=run", "epochs=3"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_TRUE(read_file(dir_.path() / "run/checkpoints/last.safetensors") == whole_);
}

class SlowFailingCalls : public FailingCalls {};

TEST_F(SlowFailingCalls, C33_EveryCallFailsWithEveryError) {
  int tried = 0;
  for (const char* call : {"open", "write", "fsync", "close", "rename", "unlink"}) {
    for (const int error : {ENOSPC, EDQUOT, EIO, EFBIG, EINTR, 0}) {
      const std::string kind = call;
      if (error == 0 && kind != "write") continue;
      if (error == EINTR && (kind == "rename" || kind == "unlink")) continue;  // they never give it
      const int own = try_every_call(call, error, true);
      fmt::print("{} {}: {} faults\n", call, error ? std::strerror(error) : "short", own);
      tried += own;
      if (HasFailure()) return;
    }
  }
  fmt::print("{} faults in all\n", tried);
}

// A training from its first step: what there is afterwards is a run or nothing, and nothing is torn.
TEST_F(SlowFailingCalls, C33_ATrainingThatBegins) {
  for (const char* call : {"open", "write", "fsync", "close", "rename"}) {
    for (int at = 1;; ++at) {
      fs::remove_all(dir_.path() / "run");
      const CommandResult ran = run({"train", "model=softmax-regression", "data=table.csv", "epochs=2",
                                     "batch=20", "threads=1", "checkpoint.every=1", "run.dir=run"},
                                    {call, at, 1, ENOSPC});
      const int calls = counted();
      EXPECT_TRUE(ran.code == 0 || ran.code == 1) << call << " " << at << "\n" << ran.err;
      std::error_code none;
      for (fs::recursive_directory_iterator entry(dir_.path() / "run", none), end; !none && entry != end;
           ++entry) {
        if (entry->path().extension() != ".safetensors") continue;
        EXPECT_NO_THROW(io::SafetensorsFile(entry->path().string()).verify()) << call << " " << at;
      }
      if (calls < at || HasFailure()) break;
    }
  }
}

}  // namespace
}  // namespace luge
