#include "compile/pipeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "compile/lower.h"
#include "compile/passes.h"
#include "compile/pattern.h"
#include "compile/prepack.h"
#include "compile/rematerialize.h"
#include "core/log.h"

namespace luge::compiler {
namespace {

std::vector<Pass> passes_in_order() {
  std::vector<Pass> list;
  const auto pass = [&](Pass next) { list.push_back(std::move(next)); };
  const auto patterns = [&](Stage stage) {
    for (const Pattern& pattern : patterns_at(stage)) list.push_back(pass_of(pattern));
  };
  pass({"simplify", simplify, "drops identities, merges common subexpressions"});
  patterns(Stage::before_autocast);
  pass(
      {"autocast", autocast, "with precision = bf16, multiplies bfloat16 and keeps what lies between in it"});
  patterns(Stage::before_decompose);
  pass({"decompose", decompose, "expands ops for which the backend has no kernel"});
  pass({"simplify_parts", simplify, "the same for what the decompositions brought"});
  patterns(Stage::after_decompose);
  pass({"fuse_post_ops", fuse_post_ops,
        "lets kernels apply the elementwise ops after them before they store"});
  pass({"fuse_elementwise", fuse_elementwise,
        "runs elementwise ops and reductions over one space as one step"});
  pass({"fuse_neighbors", fuse_neighbors, "runs neighboring fused steps that read the same as one"});
  pass({"multi_tensor_update", multi_tensor_update,
        "runs the updates of all parameters, and the sums over all gradients, as one step each"});
  return list;
}

std::shared_ptr<Observer>& observer() {
  static auto& instance = *new std::shared_ptr<Observer>;  // never destroyed: static destructors may evaluate
  return instance;
}

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

// Graphs of equal text compute equal values: it includes the numbers that decompositions made.
std::string exact_text(const Graph& graph) {
  std::string text = to_text(graph);
  for (const Node* node : topological(graph.roots)) {
    if (node->leaf == Leaf::scalar) text += fmt::format("{:x} {:x}\n", node->words[0], node->words[1]);
  }
  return text;
}

// Prepacking splits the graph instead of rewriting it, so it is no pass, but it is switched off like one.
// From the next pass on ops are fused that it keeps apart.
constexpr std::string_view kPrepack = "prepack", kPrepackBefore = "fuse_post_ops";

std::size_t position_of(std::string_view name) {
  const auto found =
      std::find_if(passes().begin(), passes().end(), [&](const Pass& pass) { return pass.name == name; });
  if (found == passes().end()) throw ValueError(fmt::format("there is no pass '{}'", name));
  return static_cast<std::size_t>(found - passes().begin());
}

// A switch that names nothing would leave on what it should turn off.
void check_names(const std::set<std::string>& disabled) {
  for (const std::string& name : disabled) {
    if (name != kPrepack) position_of(name);
  }
}

// The layouts in which a program wants the last `count` of its leaves.
std::vector<LayoutId> layouts_of_last_leaves(const Program& program, std::size_t count) {
  std::vector<LayoutId> layouts;
  for (std::size_t k = program.inputs.size() - count; k < program.inputs.size(); ++k) {
    const int value = program.inputs[k];
    layouts.push_back(value < 0 ? public_layout : program.values[static_cast<std::size_t>(value)].layout);
  }
  return layouts;
}

// Runs the passes from `first` on and lowers what they leave.
std::shared_ptr<const Program> compile_from(std::size_t first, Graph current, const Options& options) {
  const bool verbose = logging("compile");
  std::optional<PrepackedParts> prepacked;
  for (std::size_t p = first; p < passes().size(); ++p) {
    const Pass& pass = passes()[p];
    const bool splits =
        pass.name == kPrepackBefore && p != first && !options.disabled.contains(std::string(kPrepack));
    if (splits && (prepacked = prepack(current))) {
      current = std::move(prepacked->after);
      check(current);
    }
    if (options.disabled.contains(std::string(pass.name))) continue;
    const std::size_t before = verbose ? ops_in(current) : 0;
    Graph after = pass.run(current, options);
    check(after);
    if (observer()) observer()->passed(pass.name, current, after);
    current = std::move(after);
    if (verbose)
      log("compile",
          fmt::format("{} ({}): {} ops, were {}", pass.name, pass.purpose, ops_in(current), before));
  }
  if (verbose) log("compile", "\n" + to_text(current));
  std::shared_ptr<const Program> program = lower(current, options);
  if (options.memory && memory_of(*program) > options.memory)
    program = lower_within(current, options, std::move(program));
  if (prepacked) {
    const auto whole = std::const_pointer_cast<Program>(program);
    Options before = options;  // which writes what it computes the way it is read
    before.root_layouts = layouts_of_last_leaves(*program, prepacked->before.roots.size());
    std::string text = exact_text(prepacked->before);
    whole->prepack = {compile_from(position_of(kPrepackBefore), std::move(prepacked->before), before),
                      std::move(prepacked->leaves), std::move(text)};
  }
  return program;
}

}  // namespace

const std::vector<Pass>& passes() {
  static const std::vector<Pass>& list = *new std::vector<Pass>(passes_in_order());
  return list;
}

Graph run_pass(std::string_view name, const Graph& graph, const Options& options) {
  return passes()[position_of(name)].run(graph, options);
}

std::shared_ptr<const Program> compile(const Graph& graph, const Options& given) {
  const Building building;
  check_names(given.disabled);
  Options options = given;
  if (!options.backend) options.backend = &cpu_backend();
  check(graph);
  std::shared_ptr<const Program> program = compile_from(0, graph, options);
  if (logging("kernels")) log("kernels", "\n" + program->explain());
  if (observer()) observer()->compiled(*program), observer()->made(program);
  return program;
}

void observe(std::shared_ptr<Observer> wanted) { observer() = std::move(wanted); }

}  // namespace luge::compiler
