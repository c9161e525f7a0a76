#include "core/waiting_threads.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace luge {
namespace {

// The second of the three numbers of schedstat: nanoseconds for which the thread was ready to run and had no
// processor.
std::optional<double> nanoseconds_of(int thread_folder) {
  const int file = ::openat(thread_folder, "schedstat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::array<char, 96> buffer;  // three numbers of at most 20 digits
  const ssize_t length = ::read(file, buffer.data(), buffer.size());
  ::close(file);
  if (length <= 0) return std::nullopt;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(length));
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  std::uint64_t waited = 0;
  const auto result = std::from_chars(text.data() + space + 1, text.data() + text.size(), waited);
  if (result.ec != std::errc()) return std::nullopt;
  return static_cast<double>(waited);
}

}  // namespace

std::optional<double> seconds_without_processor(const char* tasks) {
  DIR* const folder = ::opendir(tasks);
  if (!folder) return std::nullopt;
  std::optional<double> seconds;
  // A thread may end while its folder is read.
  while (const dirent* const task = ::readdir(folder)) {
    if (task->d_name[0] == '.') continue;
    const int thread = ::openat(::dirfd(folder), task->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (thread < 0) continue;
    if (const auto waited = nanoseconds_of(thread)) seconds = seconds.value_or(0) + 1e-9 * *waited;
    ::close(thread);
  }
  ::closedir(folder);
  return seconds;
}

}  // namespace luge
