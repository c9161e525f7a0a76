// Probe: runs a function and then restores all state.
#pragma once

#include <optional>
#include <vector>

#include "core/draws.h"
#include "graph/trace.h"

namespace luge {

/// While it lives, assignments of this thread to Variables are visible to its own reads and are forgotten at
/// the end, and random numbers come from a copy of the generator. Values may be read. Inside a function that
/// is being compiled, what was recorded for a Variable before stays recorded.
class Probe {
 public:
  Probe();
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

 private:
  random::Scratch scratch_;
  Trace* around_;
  std::vector<Trace::State> before_;  // of the trace around it
  Trace own_;
  std::optional<TraceScope> scope_;
};

}  // namespace luge
