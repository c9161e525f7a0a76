// The clock, and the processes that are measured one by one.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace luge::cli::bench {

using Clock = std::chrono::steady_clock;
inline double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The value in the middle; the upper one of an even number. There must be one.
double median(std::vector<double> values);

struct Measured {
  double median = 0;  // seconds
  double mean = 0;    // seconds, of all that passed
  std::size_t count = 0;
};

/// The median time of at least this many runs and seconds, after `warm_up` runs.
Measured measure(const std::function<void()>& run, double seconds, std::size_t least,
                 std::size_t warm_up = 3);

/// Largest resident memory of this process, and what is resident now, in bytes.
std::size_t peak_resident_bytes();
std::size_t resident_bytes();

/// What `work` gives, computed in a process of its own: its memory is counted alone. Must be called before
/// anything was computed here. Throws luge::Error with what went wrong there.
std::string in_own_process(const std::function<std::string()>& work);

}  // namespace luge::cli::bench
