#include "io/tensorboard/event_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "io/files/process.h"
#include "io/files/size_signal.h"
#include "io/files/system_calls.h"
#include "io/tensorboard/fields.h"
#include "luge/error.h"
#include "luge/io/tensorboard.h"

namespace luge::io {
namespace {

// The seconds in the name of an event file; 0 when there are none.
std::int64_t seconds_in(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  std::int64_t seconds = 0;
  std::from_chars(name.data() + kEventFile.size(), name.data() + name.size(), seconds);
  return seconds;
}

}  // namespace

EventFile::EventFile(const std::filesystem::path& folder, double now) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw FileError(fmt::format("{}: cannot make the folder: {}", folder.string(), error.message()));
  // TensorBoard reads files in the order of their names; a clock may have gone backwards.
  auto seconds = static_cast<std::int64_t>(now);
  if (const auto before = event_files(folder); !before.empty())
    seconds = std::max(seconds, seconds_in(before.back()) + 1);
  const ProcessIdentity process = this_process();
  path_ = folder / fmt::format("{}{:010}.{}.{}", kEventFile, seconds, process.host, process.pid);
  do {
    file_ = system_calls().open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  } while (file_ < 0 && errno == EINTR);
  if (file_ < 0) fail("make", errno);
}

EventFile::~EventFile() { system_calls().close(file_); }

void EventFile::append(std::string_view bytes) {
  struct stat status;
  if (::fstat(file_, &status) != 0) fail("write", errno);
  if (status.st_nlink == 0) throw FileError(fmt::format("{}: was deleted", path_.string()));
  const HoldSizeSignal hold;
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = system_calls().write(file_, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int reason = written < 0 ? errno : EIO;
      if (done > 0 && ::ftruncate(file_, status.st_size) != 0) fail("write, and half a record stays", reason);
      fail("write", reason);
    }
    done += static_cast<std::size_t>(written);
  }
}

void EventFile::fail(std::string_view action, int reason) const {
  throw FileError(fmt::format("{}: cannot {}: {}", path_.string(), action,
                              std::error_code(reason, std::generic_category()).message()));
}

}  // namespace luge::io
