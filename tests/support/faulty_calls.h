// File system calls that fail on demand and keep a log, in the place of the kernel's while the object lives.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "io/files/system_calls.h"

namespace luge::testing {

enum class Call { open, pread, write, fsync, close, rename, unlink };

class FaultyCalls {
 public:
  struct Event {
    Call call;
    int file = -1;          // of pread, write, fsync and close; of open when it succeeded
    std::string path = {};  // of open, rename (the new name) and unlink
    std::size_t bytes = 0;  // really read or written
    bool failed = false;
  };

  FaultyCalls();
  ~FaultyCalls();
  FaultyCalls(const FaultyCalls&) = delete;
  FaultyCalls& operator=(const FaultyCalls&) = delete;

  /// From the call number `after` on (0 is the next one), `call` fails with `error`.
  void fail(Call call, int error, int after = 0);
  /// A read or write takes at most so many bytes.
  void shorten(std::size_t bytes);
  /// Every other read, write and fsync is interrupted by a signal, beginning with the first.
  void interrupt();

  const std::vector<Event>& log() const;
  void clear_log();

 private:
  const io::SystemCalls* before_;
};

}  // namespace luge::testing
