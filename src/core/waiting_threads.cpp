#include "core/waiting_threads.h"

#include <fstream>
#include <system_error>

namespace luge {

std::optional<double> seconds_without_processor(const std::filesystem::path& tasks) {
  std::error_code none;
  std::optional<double> seconds;
  // A thread may end while its folder is read.
  for (std::filesystem::directory_iterator task(tasks, none), end; task != end; task.increment(none)) {
    std::ifstream file(task->path() / "schedstat");
    double ran = 0, waited = 0;  // nanoseconds
    if (!(file >> ran >> waited)) continue;
    seconds = seconds.value_or(0) + 1e-9 * waited;
  }
  return seconds;
}

}  // namespace luge
