// Decides whether the threads of the OpenMP pool spin or sleep while they wait for the next region. Spinning
// is fastest on a machine without other load and very slow on a shared one
// (docs/decisions/0021-spinning-on-shared-machines.md).
#pragma once

#include <cstdint>
#include <optional>

namespace luge {

/// Decides by what sharing the machine costs: the time in which threads of the process could have gone on
/// and had no processor, as a part of that in which they wanted one. Preemptions alone say little, since
/// those by short tasks of the system cost nothing.
class SpinDecision {
 public:
  /// That part, from the seconds in which the process had a processor, those in which its threads waited for
  /// one (both summed over threads; nothing where the system does not count the latter) and its involuntary
  /// context switches, the only sign then.
  static double waited_part(double busy, std::optional<double> waited, std::int64_t preemptions);
  /// In the last `seconds`, threads waited for a processor for this part of the time in which they wanted one
  /// (0 to 1). Gives whether to throttle spinning from now on.
  bool update(double seconds, double waited);

 private:
  double calm_ = 0;  // seconds since the machine last looked shared
  bool throttled_ = false;
};

/// Checks and switches from time to time. Call it between Programs, from one thread at a time.
void watch_spinning();

/// Switches by hand, from the same thread; watch_spinning() goes on deciding.
void throttle_spinning(bool throttle);

}  // namespace luge
