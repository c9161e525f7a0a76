#include "compile/lower.h"

namespace luge::compiler {

std::shared_ptr<const Program> lower(const Graph& graph, const Options& options) {
  const std::vector<Node*> order = schedule(graph);
  Draft draft = emit(graph, order, select(graph, order, options), options);
  plan_memory(draft);
  return draft.program;
}

}  // namespace luge::compiler
