// Whether the threads of the OpenMP pool wait for their next region by spinning or asleep. Spinning is
// fastest on a machine without other load and very slow on a shared one
// (docs/decisions/0021-spinning-on-shared-machines.md).
#pragma once

#include <cstdint>

namespace luge {

/// Decides by how often the process was taken off a processor though it could have gone on.
class SpinDecision {
 public:
  /// What was counted in the last `seconds`, in which the process had a processor for `busy` seconds (more
  /// than one counts each). Gives whether to throttle spinning from now on.
  bool update(double seconds, double busy, std::int64_t preemptions);

 private:
  double calm_ = 0;  // seconds since the machine last looked shared
  bool throttled_ = false;
};

/// To be called between Programs, by one thread at a time: looks now and then, and acts.
void watch_spinning();

/// No spinning from now on: threads other than the pool's have work to do.
void throttle_spinning();

}  // namespace luge
