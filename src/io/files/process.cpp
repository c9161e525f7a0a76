#include "io/files/process.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

namespace luge::io {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

struct Status {
  char state;
  std::uint64_t started;
};

// Fields 3 and 22 of /proc/<pid>/stat, counted from the end of the command's name, which may hold anything.
std::optional<Status> status_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t end_of_name = text.rfind(')');
  if (end_of_name == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(end_of_name + 1));
  Status status{};
  fields >> status.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  fields >> status.started;
  if (!fields) return std::nullopt;
  return status;
}

}  // namespace

ProcessIdentity this_process() {
  const pid_t pid = ::getpid();
  const auto status = status_of(pid);
  return {pid, status ? status->started : 0, host_name()};
}

bool may_be_running(const ProcessIdentity& process) {
  if (process.host != host_name()) return true;
  if (process.pid <= 0) return false;
  if (::kill(process.pid, 0) != 0 && errno == ESRCH) return false;
  const auto status = status_of(process.pid);
  if (!status) return true;  // there is no /proc
  if (status->state == 'Z' || status->state == 'X') return false;
  return process.started == 0 || process.started == status->started;
}

}  // namespace luge::io
