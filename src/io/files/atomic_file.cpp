#include "io/files/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <utility>

#include "io/files/process.h"
#include "io/files/size_signal.h"
#include "io/files/system_calls.h"
#include "luge/error.h"

namespace luge::io {
namespace {

thread_local const std::filesystem::path* meant_for = nullptr;  // of the innermost WithoutSync

constexpr std::string_view kPrefix = ".luge-tmp.";  // then pid.start.count.host of the writer

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

std::string reason_text(int reason) { return std::error_code(reason, std::generic_category()).message(); }

int sync(int file) {
  if (meant_for) return 0;
  int result;
  do {
    result = system_calls().fsync(file);
  } while (result != 0 && errno == EINTR);
  return result;
}

// Linux has closed the file even when it answers EINTR; a second call could close another file.
int close_once(int file) {
  const int result = system_calls().close(file);
  return result != 0 && errno == EINTR ? 0 : result;
}

bool parse_owner(std::string_view name, ProcessIdentity& owner) {
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  unsigned count = 0;
  const auto number = [&](auto& value) {
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
    if (error != std::errc() || end == name.data() + name.size() || *end != '.') return false;
    name.remove_prefix(static_cast<std::size_t>(end - name.data()) + 1);
    return true;
  };
  if (!number(owner.pid) || !number(owner.started) || !number(count)) return false;
  owner.host = name;
  return true;
}

}  // namespace

std::filesystem::path temporary_path(const std::filesystem::path& folder) {
  static std::atomic<unsigned> count = 0;
  const ProcessIdentity me = this_process();
  return folder / fmt::format("{}{}.{}.{}.{}", kPrefix, me.pid, me.started, ++count, me.host);
}

WithoutSync::WithoutSync(const std::filesystem::path& path) : before_(std::exchange(meant_for, &path)) {}
WithoutSync::~WithoutSync() { meant_for = before_; }

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  if (!path_.has_filename())
    throw FileError(fmt::format("\"{}\": expected the path of a file", path_.string()));
  struct stat status;
  if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw FileError(fmt::format("{}: is a {}; expected a regular file or a new name", path_.string(),
                                S_ISDIR(status.st_mode) ? "folder" : "device, pipe or socket"));
  }
  if (path_.filename().string().size() > 255) fail("create", ENAMETOOLONG);
  remove_stale_temporaries(folder_of(path_));
  open_temporary();
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::open_temporary() {
  do {
    temporary_ = temporary_path(folder_of(path_)).string();
    file_ = system_calls().open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (file_ < 0 && (errno == EINTR || errno == EEXIST));
  if (file_ >= 0) return;
  temporary_.clear();
  fail("create", errno);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  constexpr std::size_t kLargest = std::size_t{1} << 30;  // the kernel takes less than 2 GiB a call
  if (file_ < 0) throw FileError(fmt::format("{}: written to after it was closed", path_.string()));
  const HoldSizeSignal hold;
  while (!bytes.empty()) {
    const ssize_t written = system_calls().write(file_, bytes.data(), std::min(bytes.size(), kLargest));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("write", written < 0 ? errno : EIO);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void AtomicFile::commit() {
  if (file_ < 0) throw FileError(fmt::format("{}: committed after it was closed", path_.string()));
  if (sync(file_) != 0) fail("write to disk", errno);
  if (close_once(std::exchange(file_, -1)) != 0) fail("close", errno);
  // The folder is opened first, so that as little as possible can go wrong between the rename and its fsync.
  int folder;
  do {
    folder = system_calls().open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  } while (folder < 0 && errno == EINTR);
  if (folder < 0) fail("open the folder", errno);
  if (system_calls().rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int reason = errno;
    close_once(folder);
    fail("put the new file in place", reason);
  }
  temporary_.clear();
  // Some network file systems have no fsync for folders and answer EINVAL.
  const int reason = sync(folder) != 0 && errno != EINVAL ? errno : 0;
  close_once(folder);
  if (reason != 0) {
    throw FileError(fmt::format("{}: the new content is in place, but may not survive a power loss: {}",
                                path_.string(), reason_text(reason)));
  }
}

void AtomicFile::discard() noexcept {
  if (file_ >= 0) close_once(std::exchange(file_, -1));
  if (!temporary_.empty()) system_calls().unlink(temporary_.c_str());
  temporary_.clear();
}

void AtomicFile::fail(std::string_view action, int reason) {
  discard();
  throw FileError(fmt::format("{}: cannot {}: {}; nothing was changed",
                              (meant_for ? *meant_for : path_).string(), action, reason_text(reason)));
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

int remove_stale_temporaries(const std::filesystem::path& folder) {
  int removed = 0;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    ProcessIdentity owner;
    if (!parse_owner(entry->path().filename().string(), owner) || may_be_running(owner)) continue;
    removed += system_calls().unlink(entry->path().c_str()) == 0;
  }
  return removed;
}

}  // namespace luge::io
