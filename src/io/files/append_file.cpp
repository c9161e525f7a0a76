#include "io/files/append_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "io/files/size_signal.h"
#include "io/files/system_calls.h"
#include "luge/error.h"

namespace luge::io {

AppendFile::AppendFile(std::filesystem::path path) : path_(std::move(path)) {
  do {
    file_ = system_calls().open(path_.c_str(),
                                O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  } while (file_ < 0 && errno == EINTR);
  if (file_ < 0 && errno == ELOOP) {
    throw FileError(
        fmt::format("{}: is a symbolic link; expected a regular file or a new name", path_.string()));
  }
  if (file_ < 0) fail("open", errno);
  struct stat status;
  char last = '\n';
  if (::fstat(file_, &status) == 0 && !S_ISREG(status.st_mode)) {
    system_calls().close(std::exchange(file_, -1));
    throw FileError(fmt::format("{}: is a device, pipe or socket; expected a regular file", path_.string()));
  }
  if (status.st_size > 0 && ::pread(file_, &last, 1, status.st_size - 1) == 1 && last != '\n') add_line("");
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

AppendFile::~AppendFile() {
  if (file_ >= 0) system_calls().close(file_);
}

void AppendFile::add_line(std::string_view line) {
  const std::string text = fmt::format("{}\n", line);
  const off_t before = ::lseek(file_, 0, SEEK_END);
  const HoldSizeSignal hold;
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = system_calls().write(file_, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int reason = written < 0 ? errno : EIO;
      if (done > 0 && ::ftruncate(file_, before) != 0) fail("write, and half a line stays", reason);
      fail("write", reason);
    }
    done += static_cast<std::size_t>(written);
  }
}

void AppendFile::fail(std::string_view action, int reason) const {
  throw FileError(fmt::format("{}: cannot {}: {}", path_.string(), action,
                              std::error_code(reason, std::generic_category()).message()));
}

}  // namespace luge::io
