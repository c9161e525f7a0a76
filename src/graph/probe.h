// Probe: a look at what a function computes, after which all state is as it was.
#pragma once

#include <optional>
#include <vector>

#include "core/draws.h"
#include "graph/trace.h"

namespace luge {

/// While it lives, what this thread assigns to Variables is seen by what it reads from them and then
/// forgotten, and its random numbers come from a copy of the generator. Values may be read as outside. Inside
/// a function that is being compiled, what was recorded for a Variable before stays recorded.
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
