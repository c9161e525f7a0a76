#include "io/files/pending_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "io/files/atomic_file.h"
#include "io/files/system_calls.h"
#include "luge/error.h"

namespace luge::io {
namespace {

// fsync of a file or folder; 0, or the reason why not.
int make_durable(const std::filesystem::path& path, int flags) {
  const SystemCalls& calls = system_calls();
  int file;
  do {
    file = calls.open(path.c_str(), flags | O_CLOEXEC, 0);
  } while (file < 0 && errno == EINTR);
  if (file < 0) return errno;
  int result;
  do {
    result = calls.fsync(file);
  } while (result != 0 && errno == EINTR);
  int reason = result != 0 ? errno : 0;
  // Linux has closed the file even when it answers EINTR.
  if (calls.close(file) != 0 && errno != EINTR && reason == 0) reason = errno;
  return reason;
}

}  // namespace

void PendingFile::write(const std::function<void(const std::string& path)>& save) {
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  std::filesystem::path next = temporary_path(folder);
  {
    const WithoutSync fast(path_);
    save(next.string());
  }
  discard();
  temporary_ = std::move(next);
}

void PendingFile::commit() {
  if (!waiting()) return;
  const auto fail = [&](const char* action, int reason) {
    discard();
    throw FileError(fmt::format("{}: cannot {}: {}; nothing was changed", path_.string(), action,
                                std::error_code(reason, std::generic_category()).message()));
  };
  if (const int reason = make_durable(temporary_, O_RDONLY)) fail("write to disk", reason);
  if (system_calls().rename(temporary_.c_str(), path_.c_str()) != 0) fail("put the new file in place", errno);
  temporary_.clear();
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  const int reason = make_durable(folder, O_RDONLY | O_DIRECTORY);
  if (reason == 0 || reason == EINVAL) return;  // some network file systems have no fsync for folders
  throw FileError(fmt::format("{}: the new content is in place, but may not survive a power loss: {}",
                              path_.string(), std::error_code(reason, std::generic_category()).message()));
}

void PendingFile::discard() noexcept {
  if (waiting()) system_calls().unlink(temporary_.c_str());
  temporary_.clear();
}

}  // namespace luge::io
