#include "io/files/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "io/files/system_calls.h"
#include "luge/error.h"

namespace luge::io {
namespace {

std::string reason_text(int reason) { return std::error_code(reason, std::generic_category()).message(); }

}  // namespace

InputFile::InputFile(std::string path) : path_(std::move(path)) {
  do {  // O_NONBLOCK: opening a pipe must not wait for its writer
    file_ = system_calls().open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  } while (file_ < 0 && errno == EINTR);
  if (file_ < 0) throw FileError(fmt::format("{}: cannot open: {}", path_, reason_text(errno)));
  struct stat status;
  if (::fstat(file_, &status) == 0 && S_ISREG(status.st_mode)) {
    size_ = static_cast<std::uint64_t>(status.st_size);
    return;
  }
  system_calls().close(file_);
  const char* kind = S_ISDIR(status.st_mode) ? "folder" : "device, pipe or socket";
  throw FileError(fmt::format("{}: is a {}; expected a regular file", path_, kind));
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      size_(other.size_),
      file_(std::exchange(other.file_, -1)),
      head_(std::move(other.head_)) {}

InputFile::~InputFile() {
  if (file_ >= 0) system_calls().close(file_);
}

void InputFile::keep_head(std::size_t bytes) {
  std::vector<std::byte> head(std::min<std::uint64_t>(bytes, size_));
  head.resize(read_some(0, head));
  head_ = std::move(head);
}

std::size_t InputFile::read_some(std::uint64_t offset, std::span<std::byte> bytes) const {
  constexpr std::size_t kLargest = std::size_t{1} << 30;
  std::size_t done = 0;
  if (offset < head_.size()) {
    done = std::min<std::size_t>(bytes.size(), head_.size() - offset);
    std::memcpy(bytes.data(), head_.data() + offset, done);
  }
  while (done < bytes.size()) {
    const ssize_t got =
        system_calls().pread(file_, bytes.data() + done, std::min(bytes.size() - done, kLargest),
                             static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw FileError(
          fmt::format("{}: cannot read at byte {}: {}", path_, offset + done, reason_text(errno)));
    }
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void InputFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  const std::size_t got = read_some(offset, bytes);
  if (got == bytes.size()) return;
  throw FileError(fmt::format("{}: ends at byte {} but had {} when it was opened; something made it shorter",
                              path_, offset + got, size_));
}

}  // namespace luge::io
