#include "compile/lower.h"

namespace luge::compiler {

std::shared_ptr<const Program> lower(const Graph& graph, const Options& options) {
  Draft draft = select(graph, schedule(graph), options);
  plan_memory(draft);
  return draft.program;
}

}  // namespace luge::compiler
