#include "io/files/atomic_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "io/files/process.h"
#include "luge/error.h"
#include "support/errors.h"
#include "support/faulty_calls.h"
#include "support/temp_dir.h"

namespace luge::io {
namespace {

using testing::Call;
using testing::expect_error;
using testing::FaultyCalls;
using testing::read_file;
using testing::TempDir;

int files_in(const TempDir& folder) {
  return static_cast<int>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

// Runs `body` in a child and returns how it ended, as waitpid tells it.
template <class Body>
int in_child(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

TEST(AtomicFile, ReplacesOnlyAtCommit) {
  const TempDir folder;
  const std::string path = folder.write("weights", "old");
  {
    AtomicFile file(path);
    file.write("new ");
    file.write("content");
    EXPECT_EQ(read_file(path), "old");
    file.commit();
  }
  EXPECT_EQ(read_file(path), "new content");
  EXPECT_EQ(files_in(folder), 1);
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  const TempDir folder;
  const std::string path = folder.write("weights", "old");
  { AtomicFile(path).write("new"); }
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(files_in(folder), 1);
}

TEST(AtomicFile, WritesIntoTheCurrentFolder) {
  const TempDir folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  write_file("plain", "content");
  std::filesystem::current_path(before);
  EXPECT_EQ(read_file(folder.path() / "plain"), "content");
}

TEST(AtomicFile, ShortAndInterruptedWritesAreContinued) {
  const TempDir folder;
  const std::string path = folder.file("weights");
  FaultyCalls calls;
  calls.shorten(7);
  calls.interrupt();
  const std::string content(1000, 'w');
  write_file(path, content);
  EXPECT_EQ(read_file(path), content);
}

TEST(BadInput, C33_EveryFailingCallLeavesTheOldFile) {
  struct Case {
    Call call;
    int error;
    int after;
    std::string action;
  };
  const Case cases[] = {
      {Call::open, EACCES, 0, "create"},
      {Call::open, EDQUOT, 0, "create"},
      {Call::write, ENOSPC, 0, "write"},
      {Call::write, ENOSPC, 2, "write"},
      {Call::write, EDQUOT, 1, "write"},
      {Call::write, EIO, 0, "write"},
      {Call::write, EFBIG, 1, "write"},
      {Call::fsync, ENOSPC, 0, "write to disk"},
      {Call::fsync, EIO, 0, "write to disk"},
      {Call::fsync, EDQUOT, 0, "write to disk"},
      {Call::close, EIO, 0, "close"},
      {Call::close, EDQUOT, 0, "close"},
      {Call::open, EMFILE, 1, "open the folder"},
      {Call::rename, EIO, 0, "put the new file in place"},
      {Call::rename, EROFS, 0, "put the new file in place"},
  };
  for (const Case& fault : cases) {
    SCOPED_TRACE(fault.action + ": " + std::strerror(fault.error));
    const TempDir folder;
    const std::string path = folder.write("weights", "old");
    FaultyCalls calls;
    calls.shorten(4);
    calls.fail(fault.call, fault.error, fault.after);
    expect_error<FileError>(
        [&] { write_file(path, "the new content"); },
        {path, "cannot " + fault.action + ":", std::strerror(fault.error), "nothing was changed"});
    EXPECT_EQ(read_file(path), "old");
    EXPECT_EQ(files_in(folder), 1) << "the temporary file is still there";
  }
}

TEST(BadInput, C33_AnErrorIsFinal) {
  const TempDir folder;
  const std::string path = folder.write("weights", "old");
  FaultyCalls calls;
  AtomicFile file(path);
  calls.fail(Call::write, ENOSPC);
  EXPECT_THROW(file.write("half"), FileError);
  calls.fail(Call::write, 0);
  EXPECT_THROW(file.write("rest"), FileError);
  EXPECT_THROW(file.commit(), FileError);
  EXPECT_EQ(read_file(path), "old");
}

TEST(BadInput, C33_FolderNotSyncedIsToldWithoutLosingTheNewFile) {
  const TempDir folder;
  const std::string path = folder.write("weights", "old");
  FaultyCalls calls;
  calls.fail(Call::fsync, EIO, 1);
  expect_error<FileError>([&] { write_file(path, "new"); },
                          {path, "in place", "power loss", std::strerror(EIO)});
  EXPECT_EQ(read_file(path), "new");
  EXPECT_EQ(files_in(folder), 1);
}

TEST(BadInput, C33_FileSizeLimitIsAnErrorAndNoSignal) {
  const TempDir folder;
  const std::string path = folder.write("weights", "old");
  const int status = in_child([&] {
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_file(path, std::string(10000, 'w'));
    } catch (const FileError& error) {
      sigset_t pending;
      sigpending(&pending);
      const bool named = std::string(error.what()).find(std::strerror(EFBIG)) != std::string::npos;
      return named && sigismember(&pending, SIGXFSZ) == 0 ? 17 : 18;
    }
    return 19;
  });
  ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 17);
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(files_in(folder), 1);
}

TEST(BadInput, C36_LeftoversOfTheDeadAreRemovedAndOthersKept) {
  const TempDir folder;
  const std::string host = this_process().host;
  pid_t dead = 0;
  const int status = in_child([] { return 0; });
  ASSERT_TRUE(WIFEXITED(status));
  dead = fork();
  if (dead == 0) _exit(0);
  waitpid(dead, nullptr, 0);

  const std::string mine = folder.write(
      ".luge-tmp." + std::to_string(getpid()) + "." + std::to_string(this_process().started) + ".999." + host,
      "");
  const std::string foreign = folder.write(".luge-tmp." + std::to_string(dead) + ".5.1.another-host", "");
  const std::string unrelated = folder.write(".luge-tmp.notes", "");
  const std::string leftover = folder.write(".luge-tmp." + std::to_string(dead) + ".5.1." + host, "half");
  const std::string recycled = folder.write(".luge-tmp." + std::to_string(getpid()) + ".1.1." + host, "half");

  write_file(folder.file("weights"), "new");  // a save cleans its folder
  EXPECT_FALSE(std::filesystem::exists(leftover));
  EXPECT_FALSE(std::filesystem::exists(recycled)) << "same pid, but another process";
  EXPECT_TRUE(std::filesystem::exists(mine));
  EXPECT_TRUE(std::filesystem::exists(foreign));
  EXPECT_TRUE(std::filesystem::exists(unrelated));
  EXPECT_EQ(remove_stale_temporaries(folder.path()), 0);
  EXPECT_EQ(remove_stale_temporaries(folder.path() / "missing"), 0);
}

TEST(BadInput, C45_WhatCannotBeReplacedIsRefused) {
  const TempDir folder;
  expect_error<FileError>([&] { AtomicFile file(folder.path()); }, {folder.path().string(), "is a folder"});
  expect_error<FileError>([&] { AtomicFile file(folder.path() / ""); }, {"expected the path of a file"});
  expect_error<FileError>([] { AtomicFile file("/dev/full"); }, {"/dev/full", "device"});
  expect_error<FileError>([&] { AtomicFile file(folder.file("missing/weights")); },
                          {"missing/weights", "cannot create", std::strerror(ENOENT)});
  const std::string file = folder.write("file", "");
  expect_error<FileError>([&] { AtomicFile inside(file + "/weights"); },
                          {"cannot create", std::strerror(ENOTDIR)});
  expect_error<FileError>([&] { AtomicFile file(folder.file(std::string(256, 'n'))); },
                          {"cannot create", std::strerror(ENAMETOOLONG)});
  EXPECT_EQ(files_in(folder), 1);
}

TEST(BadInput, C45_ASymbolicLinkIsReplacedAndItsTargetKept) {
  const TempDir folder;
  const std::string target = folder.write("target", "precious");
  std::filesystem::create_symlink(target, folder.path() / "link");
  write_file(folder.path() / "link", "new");
  EXPECT_EQ(read_file(target), "precious");
  EXPECT_EQ(read_file(folder.path() / "link"), "new");
  EXPECT_FALSE(std::filesystem::is_symlink(folder.path() / "link"));
}

TEST(BadInput, C45_AReadOnlyFolderIsNamed) {
  const TempDir folder;
  const std::string path = folder.write("weights", "old");
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  const int status = in_child([&] {
    if (geteuid() == 0 && setuid(65534) != 0) return 20;  // root may write everywhere
    try {
      write_file(path, "new");
    } catch (const FileError& error) {
      return std::string(error.what()).find(std::strerror(EACCES)) != std::string::npos ? 17 : 18;
    }
    return 19;
  });
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  EXPECT_EQ(WEXITSTATUS(status), 17);
  EXPECT_EQ(read_file(path), "old");
}

}  // namespace
}  // namespace luge::io
