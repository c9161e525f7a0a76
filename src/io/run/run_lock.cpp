#include "io/run/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "io/files/process.h"
#include "io/run/run_owner.h"
#include "luge/error.h"

namespace luge::io {
namespace {

std::optional<ProcessIdentity> read_owner(int file) {
  std::array<char, 512> buffer;
  const ssize_t got = ::pread(file, buffer.data(), buffer.size(), 0);
  return owner_in(std::string(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0));
}

[[noreturn]] void refuse(const std::filesystem::path& lock, const std::optional<ProcessIdentity>& owner) {
  const std::string run = lock.parent_path().string();
  if (!owner) throw FileError(fmt::format("{}: another process is writing into this run directory", run));
  const bool elsewhere = owner->host != this_process().host;
  throw FileError(fmt::format(
      "{}: process {} on host {} {} writing into this run directory; {}", run, owner->pid, owner->host,
      elsewhere ? "may be" : "is",
      elsewhere ? fmt::format("if it is not, delete {}", lock.string()) : "wait for it or stop it"));
}

void write_owner(const std::filesystem::path& path, int file) {
  const std::string text = owner_text(this_process());
  std::size_t written = 0;
  int reason = ::ftruncate(file, 0) == 0 ? 0 : errno;
  while (reason == 0 && written < text.size()) {
    const ssize_t more =
        ::pwrite(file, text.data() + written, text.size() - written, static_cast<off_t>(written));
    if (more > 0) written += static_cast<std::size_t>(more);
    if (more <= 0 && !(more < 0 && errno == EINTR)) reason = more < 0 ? errno : EIO;
  }
  if (reason == 0) return;
  ::close(file);
  throw FileError(fmt::format("{}: cannot write: {}", path.string(),
                              std::error_code(reason, std::generic_category()).message()));
}

}  // namespace

RunLock::RunLock(std::filesystem::path file) : path_(std::move(file)) {
  int opened;
  do {
    opened = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  } while (opened < 0 && errno == EINTR);
  if (opened < 0) {
    throw FileError(fmt::format("{}: cannot lock the run directory: {}", path_.string(),
                                errno == ELOOP ? "the lock is a symbolic link"
                                               : std::error_code(errno, std::generic_category()).message()));
  }
  // A file system without locks gives another error than "taken"; then only the content decides.
  const bool taken = ::flock(opened, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  const auto owner = read_owner(opened);
  if (taken || (owner && *owner != this_process() && may_be_running(*owner))) {
    ::close(opened);
    refuse(path_, owner);
  }
  write_owner(path_, opened);
  file_ = opened;
}

RunLock::RunLock(RunLock&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

RunLock::~RunLock() {
  if (file_ < 0) return;
  // The empty file stays: if it were deleted, two processes could hold locks on two files of one name.
  [[maybe_unused]] const int ignored = ::ftruncate(file_, 0);
  ::close(file_);
}

}  // namespace luge::io
