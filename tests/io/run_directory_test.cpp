#include "io/run/run_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>

#include "io/files/append_file.h"
#include "io/files/process.h"
#include "io/run/step_files.h"
#include "luge/error.h"
#include "support/errors.h"
#include "support/faulty_calls.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

namespace fs = std::filesystem;
using testing::expect_error;
using testing::read_file;
using testing::TempDir;

// Runs `body` in a child and returns its exit status, or -signal.
template <class Body>
int in_child(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(RunDirectory, NumbersCountUp) {
  const TempDir folder;
  const fs::path base = folder.path() / "runs";
  EXPECT_EQ(RunDirectory::create(base, "lenet5-fashion-mnist").path(), base / "lenet5-fashion-mnist-1");
  EXPECT_EQ(RunDirectory::create(base, "lenet5-fashion-mnist").path(), base / "lenet5-fashion-mnist-2");
  EXPECT_EQ(RunDirectory::create(base, "lenet5").path(), base / "lenet5-1");
  fs::create_directory(base / "lenet5-41");
  folder.write("runs/lenet5-42", "a file");
  fs::create_directory(base / "lenet5-x");
  fs::remove_all(base / "lenet5-1");
  const RunDirectory run = RunDirectory::create(base, "lenet5");
  EXPECT_EQ(run.path(), base / "lenet5-43");
  EXPECT_TRUE(fs::is_directory(base / "lenet5-43" / "checkpoints"));
  EXPECT_EQ(run.file("config.toml"), base / "lenet5-43" / "config.toml");
  EXPECT_EQ(run.checkpoint("last.safetensors"), base / "lenet5-43" / "checkpoints" / "last.safetensors");
}

TEST(RunDirectory, StemsAreSafeNames) {
  EXPECT_EQ(run_stem("lenet5", "fashion-mnist"), "lenet5-fashion-mnist");
  EXPECT_EQ(run_stem("nets/my net.safetensors", "/data/iris.csv"), "my-net-iris");
  EXPECT_EQ(run_stem("../..", "data/"), "model-data");
  EXPECT_EQ(run_stem("resnet1.5", "größe"), "resnet1.5-gr----e");
  EXPECT_EQ(run_stem("", ""), "model-data");
  EXPECT_LT(run_stem(std::string(5000, 'm'), std::string(5000, 'd')).size(), 200u);
}

TEST(RunDirectory, ManyAtOnceNeverShareAFolder) {
  const TempDir folder;
  const fs::path base = folder.path() / "runs";
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    children.push_back(fork());
    if (children.back() == 0) {
      for (int k = 0; k < 5; ++k) (void)RunDirectory::create(base, "m");
      _exit(0);
    }
  }
  for (const pid_t child : children) waitpid(child, nullptr, 0);
  const auto runs = list_runs(base);
  ASSERT_EQ(runs.size(), 40u);
  std::set<std::uint64_t> sequences;
  for (const RunInfo& run : runs) sequences.insert(run.sequence);
  EXPECT_EQ(sequences.size(), 40u);
  EXPECT_EQ(*sequences.rbegin(), 40u);
}

TEST(RunDirectory, IsFoundByNameAndPath) {
  const TempDir folder;
  const fs::path base = folder.path() / "runs";
  expect_error<FileError>([&] { find_run("last", base); }, {base.string(), "no run yet"});
  (void)RunDirectory::create(base, "mlp-mnist");
  const fs::path chosen = RunDirectory::create_at(folder.path() / "elsewhere").path();
  EXPECT_EQ(find_run("mlp-mnist-1", base), base / "mlp-mnist-1");
  EXPECT_EQ(find_run((base / "mlp-mnist-1/").string(), base), base / "mlp-mnist-1");
  EXPECT_EQ(find_run(chosen.string(), base), chosen);
  EXPECT_EQ(find_run("last", base), base / "mlp-mnist-1");
  expect_error<FileError>([&] { find_run("mlp-mnist-2", base); },
                          {"no such run", "did you mean mlp-mnist-1?"});
  expect_error<FileError>([&] { find_run(folder.path().string(), base); }, {"not a run directory"});
  expect_error<FileError>([&] { RunDirectory::open(folder.path()); }, {"not a run directory"});
}

TEST(RunDirectory, AChosenFolderMustBeEmpty) {
  const TempDir folder;
  const fs::path path = folder.path() / "mine";
  fs::create_directory(path);
  { const RunDirectory run = RunDirectory::create_at(path); }
  folder.write("mine/metrics.csv", "epoch\n1\n");
  expect_error<FileError>([&] { RunDirectory::create_at(path); }, {path.string(), "not empty", "exist_ok"});
  const auto before = list_runs(folder.path());
  { const RunDirectory run = RunDirectory::create_at(path, true); }
  EXPECT_EQ(read_file(path / "metrics.csv"), "epoch\n1\n");
  EXPECT_EQ(list_runs(folder.path()).front().sequence, before.front().sequence);
  const std::string file = folder.write("file", "");
  expect_error<FileError>([&] { RunDirectory::create_at(file, true); }, {file, "is a file"});
}

TEST(BadInput, C36_LeftoversAreRemovedWhenARunIsOpened) {
  const TempDir folder;
  const fs::path path = RunDirectory::create(folder.path(), "m").path();
  const std::string name = ".luge-tmp.0.0.1." + this_process().host;
  folder.write("m-1/" + name, "half");
  folder.write("m-1/checkpoints/" + name, "half");
  const RunDirectory run = RunDirectory::open(path);
  EXPECT_FALSE(fs::exists(path / name));
  EXPECT_FALSE(fs::exists(path / "checkpoints" / name));
}

TEST(BadInput, C44_ASecondWriterIsToldWhoHoldsTheLock) {
  const TempDir folder;
  const RunDirectory run = RunDirectory::create(folder.path(), "m");
  EXPECT_NE(read_file(run.file("lock")).find("pid = " + std::to_string(getpid())), std::string::npos);
  const std::string pid = "process " + std::to_string(getpid());
  const std::string host = "host " + this_process().host;
  const int status = in_child([&] {
    try {
      (void)RunDirectory::open(run.path());
    } catch (const FileError& error) {
      const std::string text = error.what();
      return text.find(pid) != std::string::npos && text.find(host) != std::string::npos ? 17 : 18;
    }
    return 19;
  });
  EXPECT_EQ(status, 17);
  expect_error<FileError>([&] { RunDirectory::create_at(run.path(), true); },
                          {run.path().string(), pid, "is writing"});
}

TEST(BadInput, C44_TheLockOfADeadProcessIsTakenOver) {
  const TempDir folder;
  const fs::path path = RunDirectory::create(folder.path(), "m").path();
  const int status = in_child([&] {
    static const RunDirectory run = RunDirectory::open(path);
    raise(SIGKILL);
    return 0;
  });
  EXPECT_EQ(status, -SIGKILL);
  EXPECT_NE(read_file(path / "lock").find("pid = "), std::string::npos) << "the dead one left its name";
  EXPECT_NO_THROW(RunDirectory::open(path));
  EXPECT_EQ(read_file(path / "lock"), "") << "a lock that was given back names nobody";
}

TEST(BadInput, C44_WhereLocksDoNotReachTheContentDecides) {
  const TempDir folder;
  const fs::path path = RunDirectory::create(folder.path(), "m").path();
  const std::string host = this_process().host;
  folder.write("m-1/lock", "pid = 7\nstarted = 1\nhost = another-host\n");
  expect_error<FileError>([&] { RunDirectory::open(path); },
                          {path.string(), "process 7", "another-host", "may be writing", "delete", "lock"});
  EXPECT_EQ(read_file(path / "lock"), "pid = 7\nstarted = 1\nhost = another-host\n");
  const pid_t living = fork();
  if (living == 0) {
    while (true) pause();
  }
  folder.write("m-1/lock", "pid = " + std::to_string(living) + "\nhost = " + host + "\n");
  expect_error<FileError>([&] { RunDirectory::open(path); },
                          {"process " + std::to_string(living), "is writing"});
  folder.write("m-1/lock", "pid = " + std::to_string(living) + "\nstarted = 1\nhost = " + host + "\n");
  EXPECT_NO_THROW(RunDirectory::open(path)) << "the pid belongs to another process now";
  kill(living, SIGKILL);
  waitpid(living, nullptr, 0);
  for (const std::string rubbish : {"", "pid = x", "\1\2\3", "pid = -4\nhost = h\n"}) {
    folder.write("m-1/lock", rubbish);
    EXPECT_NO_THROW(RunDirectory::open(path)) << rubbish;
  }
}

TEST(BadInput, C45_PlacesThatCannotHoldARun) {
  const TempDir folder;
  const std::string file = folder.write("file", "precious");
  expect_error<FileError>([&] { RunDirectory::create(file, "m"); }, {file, "cannot create the folder"});
  expect_error<FileError>([&] { RunDirectory::create(fs::path(file) / "runs", "m"); },
                          {std::strerror(ENOTDIR)});
  expect_error<FileError>([&] { RunDirectory::create(folder.path(), std::string(300, 'n')); },
                          {"cannot create the folder", std::strerror(ENAMETOOLONG)});
  EXPECT_EQ(read_file(file), "precious");

  fs::permissions(folder.path(), fs::perms(0555));
  const int status = in_child([&] {
    if (geteuid() == 0 && setuid(65534) != 0) return 20;  // root may write everywhere
    try {
      (void)RunDirectory::create(folder.path(), "m");
    } catch (const FileError& error) {
      return std::string(error.what()).find(std::strerror(EACCES)) != std::string::npos ? 17 : 18;
    }
    return 19;
  });
  fs::permissions(folder.path(), fs::perms(0755));
  EXPECT_EQ(status, 17);
}

TEST(BadInput, C45_SymbolicLinksOutOfTheRunAreRefused) {
  const TempDir folder;
  const fs::path outside = folder.path() / "outside";
  fs::create_directory(outside);
  const fs::path path = RunDirectory::create(folder.path(), "m").path();
  fs::remove_all(path / "checkpoints");
  fs::create_symlink(outside, path / "checkpoints");
  expect_error<FileError>([&] { RunDirectory::open(path); }, {"checkpoints", "symbolic link"});
  fs::remove(path / "checkpoints");
  fs::remove(path / "lock");
  fs::create_symlink(outside / "lock", path / "lock");
  expect_error<FileError>([&] { RunDirectory::open(path); }, {"lock", "symbolic link"});
  fs::create_symlink(outside / "metrics", path / "metrics.csv");
  expect_error<FileError>([&] { AppendFile log(path / "metrics.csv"); }, {"metrics.csv", "symbolic link"});
  EXPECT_TRUE(fs::is_empty(outside));
}

TEST(BadInput, C33_AFullDiskLeavesNoHalfRun) {
  const TempDir folder;
  testing::FaultyCalls calls;
  calls.fail(testing::Call::write, ENOSPC);
  expect_error<FileError>([&] { RunDirectory::create(folder.path() / "runs", "m"); },
                          {"m-1", std::strerror(ENOSPC)});
  EXPECT_TRUE(fs::is_empty(folder.path() / "runs"));
}

TEST(BadInput, C46_TheNewestRunIsTheLastCreatedWhateverTheClock) {
  const TempDir folder;
  for (const char* stem : {"zebra", "ant", "monkey"}) (void)RunDirectory::create(folder.path(), stem);
  const timespec future[2] = {{4'000'000'000, 0}, {4'000'000'000, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, (folder.path() / "zebra-1").c_str(), future, 0), 0);
  ASSERT_EQ(utimensat(AT_FDCWD, (folder.path() / "zebra-1" / ".luge-run").c_str(), future, 0), 0);
  EXPECT_EQ(find_run("last", folder.path()), folder.path() / "monkey-1");
  (void)RunDirectory::create(folder.path(), "ant");
  EXPECT_EQ(find_run("last", folder.path()), folder.path() / "ant-2");
}

TEST(BadInput, C46_StepFilesAreOrderedByStep) {
  const TempDir folder;
  for (const char* name :
       {"step-10.safetensors", "step-9.safetensors", "step-100.safetensors", "step-x.safetensors",
        "step-7.txt", "step-007.safetensors", "step-", ".safetensors", "model-5.safetensors",
        "step.safetensors", "step-99999999999999999999.safetensors"}) {
    folder.write(name, "");
  }
  const timespec future[2] = {{4'000'000'000, 0}, {4'000'000'000, 0}};
  utimensat(AT_FDCWD, folder.file("step-9.safetensors").c_str(), future, 0);
  std::vector<std::uint64_t> steps;
  for (const StepFile& file : list_step_files(folder.path(), "step")) steps.push_back(file.step);
  EXPECT_EQ(steps, (std::vector<std::uint64_t>{9, 10, 100}));
  EXPECT_EQ(step_file(folder.path(), "model", 5), folder.path() / "model-5.safetensors");
  EXPECT_TRUE(list_step_files(folder.path() / "missing", "step").empty());
}

TEST(BadInput, C47_OnlyTheOldestAreDeleted) {
  const TempDir folder;
  for (const int step : {1, 2, 10, 20})
    folder.write(step_file("", "step", static_cast<std::uint64_t>(step)).string(), "");
  folder.write("best.safetensors", "");
  EXPECT_EQ(prune_step_files(folder.path(), "step", 2, 20), 2);
  EXPECT_EQ(prune_step_files(folder.path(), "step", 2, 20), 0);
  EXPECT_FALSE(fs::exists(folder.file("step-2.safetensors")));
  EXPECT_TRUE(fs::exists(folder.file("step-10.safetensors")));
  EXPECT_TRUE(fs::exists(folder.file("best.safetensors")));
  testing::FaultyCalls calls;
  calls.fail(testing::Call::unlink, EACCES);
  expect_error<FileError>([&] { prune_step_files(folder.path(), "step", 0, 20); },
                          {"step-10", std::strerror(EACCES)});
}

TEST(StepFiles, ThoseOfATrainingThatWasLeftBehindGoFirst) {
  const TempDir folder;
  for (const int step : {3, 400, 500})
    folder.write(step_file("", "step", static_cast<std::uint64_t>(step)).string(), "");
  EXPECT_EQ(prune_step_files(folder.path(), "step", 2, 3), 1);
  folder.write("step-6.safetensors", "");
  EXPECT_EQ(prune_step_files(folder.path(), "step", 2, 6), 1);
  EXPECT_TRUE(fs::exists(folder.file("step-3.safetensors")));
  EXPECT_TRUE(fs::exists(folder.file("step-6.safetensors")));
}

TEST(AppendFile, AddsWholeLines) {
  const TempDir folder;
  const std::string path = folder.write("log", "a\nhalf");
  {
    testing::FaultyCalls calls;
    AppendFile log(path);
    calls.shorten(2);
    calls.interrupt();
    log.add_line("whole line");
  }
  EXPECT_EQ(read_file(path), "a\nhalf\nwhole line\n");
}

TEST(BadInput, C33_ALineThatDoesNotFitIsTakenBack) {
  const TempDir folder;
  const std::string path = folder.write("log", "a\n");
  testing::FaultyCalls calls;
  AppendFile log(path);
  calls.shorten(2);
  calls.fail(testing::Call::write, ENOSPC, 2);
  expect_error<FileError>([&] { log.add_line("a long line"); },
                          {path, "cannot write", std::strerror(ENOSPC)});
  EXPECT_EQ(read_file(path), "a\n");
  calls.fail(testing::Call::write, 0);
  log.add_line("b");
  EXPECT_EQ(read_file(path), "a\nb\n");
  expect_error<FileError>([] { AppendFile full("/dev/full"); }, {"/dev/full", "device"});
  expect_error<FileError>([&] { AppendFile dir(folder.path()); }, {std::strerror(EISDIR)});
}

}  // namespace
}  // namespace luge::io
