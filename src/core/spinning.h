// Decides whether the threads of the OpenMP pool spin or sleep while they wait for the next region. Spinning
// is fastest on a machine without other load and very slow on a shared one
// (docs/decisions/0021-spinning-on-shared-machines.md).
#pragma once

#include <cstdint>

namespace luge {

/// Decides by the number of involuntary context switches of the process.
class SpinDecision {
 public:
  /// What was counted in the last `seconds`, in which the process had a processor for `busy` seconds (more
  /// than one counts each). Gives whether to throttle spinning from now on.
  bool update(double seconds, double busy, std::int64_t preemptions);

 private:
  double calm_ = 0;  // seconds since the machine last looked shared
  bool throttled_ = false;
};

/// Checks and switches from time to time. Call it between Programs, from one thread at a time.
void watch_spinning();

/// Stops spinning for good: threads outside the pool have work to do.
void throttle_spinning();

}  // namespace luge
