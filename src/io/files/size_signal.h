// Keeps a full quota from ending the process.
#pragma once

#include <signal.h>
#include <time.h>

#include <cerrno>

namespace luge::io {

/// A write past RLIMIT_FSIZE raises SIGXFSZ, which ends the process by default. Held back while this object
/// lives, the write just fails with EFBIG.
class HoldSizeSignal {
 public:
  HoldSizeSignal() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGXFSZ);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGXFSZ) == 1;
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  ~HoldSizeSignal() {
    const int kept = errno;
    const timespec now{};
    while (!was_pending_ && sigtimedwait(&signal_, nullptr, &now) == -1 && errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = kept;
  }
  HoldSizeSignal(const HoldSizeSignal&) = delete;
  HoldSizeSignal& operator=(const HoldSizeSignal&) = delete;

 private:
  sigset_t signal_;
  sigset_t before_;
  bool was_pending_ = false;
};

}  // namespace luge::io
