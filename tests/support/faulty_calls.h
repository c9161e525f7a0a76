// File system calls that fail on demand and keep a log, in the place of the kernel's while the object lives.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "io/files/system_calls.h"

namespace luge::testing {

enum class Call { open, write, fsync, close, rename, unlink };

class FaultyCalls {
 public:
  struct Event {
    Call call;
    int file = -1;          // of write, fsync and close; of open when it succeeded
    std::string path = {};  // of open, rename (the new name) and unlink
    std::size_t bytes = 0;  // really written
    bool failed = false;
  };

  FaultyCalls();
  ~FaultyCalls();
  FaultyCalls(const FaultyCalls&) = delete;
  FaultyCalls& operator=(const FaultyCalls&) = delete;

  /// From the call number `after` on (0 is the next one), `call` fails with `error`.
  void fail(Call call, int error, int after = 0);
  /// A write takes at most so many bytes.
  void shorten_writes(std::size_t bytes);
  /// Every other write and fsync is interrupted by a signal, beginning with the first.
  void interrupt();

  const std::vector<Event>& log() const;
  void clear_log();

 private:
  const io::SystemCalls* before_;
};

}  // namespace luge::testing
