// The process that wrote a file, and whether it still runs: for temporary files and locks whose owner may be
// dead.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace luge::io {

struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t started = 0;  // clock ticks since boot; tells a process from a later one with the same pid
  std::string host;

  bool operator==(const ProcessIdentity&) const = default;
};

ProcessIdentity this_process();

/// False when the process has certainly ended. True for a process of another host, which cannot be checked.
bool may_be_running(const ProcessIdentity& process);

}  // namespace luge::io
