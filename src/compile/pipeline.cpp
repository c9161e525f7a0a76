#include "compile/pipeline.h"

#include "compile/lower.h"
#include "compile/passes.h"

namespace luge::compiler {

const std::vector<Pass>& passes() {
  static const std::vector<Pass> list = {
      {"simplify", simplify, "drops identities, merges common subexpressions"},
      {"decompose", decompose, "expands ops for which the backend has no kernel"},
      {"simplify_parts", simplify, "the same for what the decompositions brought"},
      {"fold", fold, "lets kernels apply the elementwise ops behind them before they store"},
  };
  return list;
}

std::shared_ptr<const Program> compile(const Graph& graph, const Options& given) {
  const Building building;
  Options options = given;
  if (!options.backend) options.backend = &cpu_backend();
  Graph current = graph;
#ifndef NDEBUG
  verify(current);
#endif
  for (const Pass& pass : passes()) {
    if (options.disabled.contains(std::string(pass.name))) continue;
    current = pass.run(current, options);
#ifndef NDEBUG
    verify(current);
#endif
  }
  return lower(current, options);
}

}  // namespace luge::compiler
