// Which process wrote a file, and whether it still runs: for temporary files and locks that outlive their
// owner.
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

/// False when the process certainly does not run any more. One of another host may: nothing can be known of
/// it.
bool may_be_running(const ProcessIdentity& process);

}  // namespace luge::io
