// Less memory for more time: values are released after their early readers and computed again for the late
// ones.
#pragma once

#include <cstddef>
#include <memory>

#include "compile/graph.h"
#include "compile/pipeline.h"
#include "runtime/program.h"

namespace luge::compiler {

/// A graph that needs less memory, and what that costs.
struct Rematerialized {
  Graph graph;
  std::size_t peak = 0;   // bytes alive at once, counted in public layouts and without workspaces
  std::size_t steps = 0;  // that run a second time
  double seconds = 0;     // their estimated time
};

/// Values alive over the peak that something reads later are computed again for those readers, the largest
/// saving for the least time first, until the peak is at most `budget` or nothing more can be gained. What is
/// computed again carries the barrier. Random values stay the same: their keys are inputs.
Rematerialized rematerialize(const Graph& graph, std::size_t budget, const Options& options);

/// The same in portions: each call goes on where the last one ended.
class Rematerializer {
 public:
  Rematerializer(const Graph& graph, const Options& options);
  ~Rematerializer();
  Rematerializer(const Rematerializer&) = delete;
  Rematerializer& operator=(const Rematerializer&) = delete;

  const Rematerialized& found() const { return found_; }
  /// False when the peak stays above the budget and nothing more can be gained.
  bool lower_peak(std::size_t budget);

 private:
  struct State;
  std::unique_ptr<State> state_;
  Rematerialized found_;
};

/// Temporaries, inputs, states and outputs of one run.
std::size_t memory_of(const Program& program);

/// A program that keeps options.memory, found by rematerializing more and more. `full` is the program of the
/// graph as it is. Throws MemoryError, naming the least that was found, when there is none.
std::shared_ptr<const Program> lower_within(const Graph& graph, const Options& options,
                                            std::shared_ptr<const Program> full);

}  // namespace luge::compiler
