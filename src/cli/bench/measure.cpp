#include "cli/bench/measure.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <utility>

#include "luge/error.h"

namespace luge::cli::bench {
namespace {

// A line of /proc/self/status, in kB: "VmHWM:    1234 kB". (getrusage counts the parent's memory before
// exec.)
std::size_t status_bytes(std::string_view key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return std::stoull(line.substr(key.size())) * 1024;
  }
  return 0;
}

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string read_all(int file) {
  std::string text;
  char part[4096];
  for (;;) {
    const ssize_t count = ::read(file, part, sizeof part);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(part, static_cast<std::size_t>(count));
  }
}

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Measured measure(const std::function<void()>& run, double seconds, std::size_t least, std::size_t warm_up) {
  for (std::size_t i = 0; i < warm_up; ++i) run();
  std::vector<double> times;
  const auto begin = Clock::now();
  while (times.size() < least || since(begin) < seconds) {
    const auto start = Clock::now();
    run();
    times.push_back(since(start));
  }
  const std::size_t count = times.size();
  const double mean = since(begin) / static_cast<double>(count);
  return {median(std::move(times)), mean, count};
}

std::size_t peak_resident_bytes() { return status_bytes("VmHWM:"); }
std::size_t resident_bytes() { return status_bytes("VmRSS:"); }

std::string in_own_process(const std::function<std::string()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) throw Error("bench: cannot make a pipe to another process");
  const pid_t child = ::fork();
  if (child < 0) throw Error("bench: cannot start a process for a workload");
  if (child == 0) {
    ::close(ends[0]);
    int code = 0;
    std::string text;
    try {
      text = work();
    } catch (const std::exception& error) {
      text = error.what();
      code = 1;
    }
    write_all(ends[1], text);
    ::_exit(code);
  }
  ::close(ends[1]);
  std::string text = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) throw Error(fmt::format("bench: a workload ended by signal {}", WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0) throw Error(text);
  return text;
}

}  // namespace luge::cli::bench
