// ScopeTimes: which part of a network the steps of programs are for, and how long they take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "graph/scopes.h"

namespace luge {

/// One step of a program that ran while a ScopeTimes lived.
struct TimedStep {
  std::string part;  // the path of a layer, "loss", "optimizer" …; empty: of none
  int order = 0;     // of the part, in the order in which parts are met
  Phase phase = Phase::forward;
  std::string op, kernel;
  std::uint64_t calls = 0;
  double seconds = 0;     // of all calls
  std::size_t bytes = 0;  // what it writes, with its workspace
};

/// What is compiled on this thread while one lives knows its scopes. Programs that ran with
/// set_profiling(true) say how long their steps took. Not while another thread compiles.
class ScopeTimes {
 public:
  ScopeTimes();
  ~ScopeTimes();
  ScopeTimes(const ScopeTimes&) = delete;
  ScopeTimes& operator=(const ScopeTimes&) = delete;

  /// The steps of the program that ran longest, in order; none when no program was timed.
  std::vector<TimedStep> steps() const;

 private:
  struct Programs;
  ScopeRecorder recorder_;
  std::shared_ptr<Programs> programs_;
};

}  // namespace luge
