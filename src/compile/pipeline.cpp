#include "compile/pipeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "compile/lower.h"
#include "compile/passes.h"
#include "compile/rematerialise.h"
#include "core/log.h"

namespace luge::compiler {

const std::vector<Pass>& passes() {
  static const std::vector<Pass> list = {
      {"simplify", simplify, "drops identities, merges common subexpressions"},
      {"norm_relu", norm_relu, "joins batch normalisation, residual sum and relu where a kernel does all"},
      {"decompose", decompose, "expands ops for which the backend has no kernel"},
      {"simplify_parts", simplify, "the same for what the decompositions brought"},
      {"mask_early", mask_early, "masks a pooled gradient before it is spread over the image"},
      {"fold", fold, "lets kernels apply the elementwise ops behind them before they store"},
      {"fuse", fuse, "runs elementwise ops and reductions over one space as one step"},
      {"merge", merge, "runs the updates of all parameters, and the sums over all gradients, as one step each"},
  };
  return list;
}

namespace {

void check([[maybe_unused]] const Graph& graph) {
#ifndef NDEBUG
  verify(graph);
#endif
}

std::size_t ops_in(const Graph& graph) {
  const std::vector<Node*> nodes = topological(graph.roots);
  return static_cast<std::size_t>(
      std::count_if(nodes.begin(), nodes.end(), [](const Node* node) { return node->leaf == Leaf::none; }));
}

}  // namespace

std::shared_ptr<const Program> compile(const Graph& graph, const Options& given) {
  const Building building;
  const bool verbose = logging("compile");
  Options options = given;
  if (!options.backend) options.backend = &cpu_backend();
  Graph current = graph;
  check(current);
  for (const Pass& pass : passes()) {
    if (options.disabled.contains(std::string(pass.name))) continue;
    const std::size_t before = verbose ? ops_in(current) : 0;
    current = pass.run(current, options);
    check(current);
    if (verbose)
      log("compile",
          fmt::format("{} ({}): {} ops, were {}", pass.name, pass.purpose, ops_in(current), before));
  }
  if (verbose) log("compile", "\n" + to_text(current));
  std::shared_ptr<const Program> program = lower(current, options);
  if (options.memory && memory_of(*program) > options.memory)
    program = lower_within(current, options, std::move(program));
  if (logging("kernels")) log("kernels", "\n" + program->explain());
  return program;
}

}  // namespace luge::compiler
