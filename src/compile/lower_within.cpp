// Programs under a memory limit: the graph is rematerialized further and further until its real plan fits.
#include <fmt/format.h>

#include <deque>

#include "compile/lower.h"
#include "compile/rematerialize.h"
#include "luge/error.h"

namespace luge::compiler {
namespace {

// Real plans are made each time the estimated peak has fallen to this part of what it was at the last one.
constexpr double portion = 0.96;
// The estimate knows neither padded layouts nor workspaces nor what is overwritten in place: a plan is made
// as soon as the estimate is at most this number of times what is wanted.
constexpr double estimate_above = 1.25;
// Graphs that are planned after all when the search for a program ends without one.
constexpr std::size_t looked_back = 8;

}  // namespace

std::size_t memory_of(const Program& program) {
  std::size_t bytes = program.arena_bytes;
  for (const int input : program.inputs) {
    if (input >= 0) bytes += program.values[static_cast<std::size_t>(input)].bytes;
  }
  for (std::size_t r = 0; r < program.roots.size(); ++r) {
    if (program.replaces[r] < 0) bytes += program.values[static_cast<std::size_t>(program.roots[r])].bytes;
  }
  return bytes;
}

namespace {

std::shared_ptr<const Program> lower_again(const Rematerialized& found, const Options& options) {
  const std::vector<Node*> order = schedule(found.graph);
  Draft draft = emit(found.graph, order, select(found.graph, order, options), options);
  plan_memory(draft);
  draft.program->again = {found.steps, found.seconds};
  return draft.program;
}

bool may_fit(const Rematerialized& found, std::size_t arena) {
  return static_cast<double>(found.peak) <= estimate_above * static_cast<double>(arena);
}

}  // namespace

std::shared_ptr<const Program> lower_within(const Graph& graph, const Options& options,
                                            std::shared_ptr<const Program> full) {
  const std::size_t outside = memory_of(*full) - full->arena_bytes;
  const std::size_t wanted = options.memory > outside ? options.memory - outside : 0;
  std::shared_ptr<const Program> least = full;
  Rematerializer rematerializer(graph, options);
  std::deque<Rematerialized> passed_over;  // the latest
  for (bool more = true; more;) {
    const std::size_t peak = rematerializer.found().peak;
    more =
        peak > 0 && rematerializer.lower_peak(static_cast<std::size_t>(portion * static_cast<double>(peak)));
    const Rematerialized& found = rematerializer.found();
    if (found.steps == 0) continue;
    if (more && !may_fit(found, wanted)) {
      passed_over.push_back(found);
      if (passed_over.size() > looked_back) passed_over.pop_front();
      continue;
    }
    const auto program = lower_again(found, options);
    if (memory_of(*program) < memory_of(*least)) least = program;
    if (memory_of(*least) <= options.memory) return least;
  }
  // Named below: the least of all that a limit of its size would find.
  for (const Rematerialized& found : passed_over) {
    const auto program = lower_again(found, options);
    if (memory_of(*program) < memory_of(*least) && may_fit(found, program->arena_bytes)) least = program;
  }
  throw MemoryError(
      fmt::format("memory limit of {} bytes: this program needs {} ({} of them inputs, Variables and "
                  "outputs), and {} with all recomputation that helps; use a smaller batch or a limit of at "
                  "least that",
                  options.memory, memory_of(*full), outside, memory_of(*least)));
}

}  // namespace luge::compiler
