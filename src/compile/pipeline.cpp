#include "compile/pipeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "compile/keep.h"
#include "compile/lower.h"
#include "compile/passes.h"
#include "compile/rematerialize.h"
#include "core/log.h"

namespace luge::compiler {

const std::vector<Pass>& passes() {
  static const std::vector<Pass>& list = *new std::vector<Pass>{
      {"simplify", simplify, "drops identities, merges common subexpressions"},
      {"norm_relu", norm_relu, "joins batch normalization, residual sum and relu where a kernel does all"},
      {"fold_norm", fold_norm, "gives a convolution the scale and shift of the normalization after it"},
      {"autocast", autocast, "with precision = bf16, multiplies bfloat16 and keeps what lies between in it"},
      {"fold_leaky", fold_leaky, "lets convolutions apply the leaky relu after them before they store"},
      {"decompose", decompose, "expands ops for which the backend has no kernel"},
      {"simplify_parts", simplify, "the same for what the decompositions brought"},
      {"mask_early", mask_early, "masks a pooled gradient before it is spread over the image"},
      {"pool_conv", pool_conv, "runs a convolution and the pooling after it image by image"},
      {"fold", fold, "lets kernels apply the elementwise ops after them before they store"},
      {"fuse", fuse, "runs elementwise ops and reductions over one space as one step"},
      {"join", join, "runs neighboring fused steps that read the same as one"},
      {"merge", merge,
       "runs the updates of all parameters, and the sums over all gradients, as one step each"},
  };
  return list;
}

namespace {

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

// Graphs of equal text compute equal values: the numbers that the compiler brought along stand in it too.
std::string exact_text(const Graph& graph) {
  std::string text = to_text(graph);
  for (const Node* node : topological(graph.roots)) {
    if (node->leaf == Leaf::scalar) text += fmt::format("{:x} {:x}\n", node->words[0], node->words[1]);
  }
  return text;
}

constexpr std::string_view kKeepBefore = "fold";  // from here on steps are joined that should be kept apart

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
  std::optional<KeptParts> kept;
  for (std::size_t p = first; p < passes().size(); ++p) {
    const Pass& pass = passes()[p];
    const bool splits = pass.name == kKeepBefore && p != first && !options.disabled.contains("keep");
    if (splits && (kept = keep(current))) {
      current = std::move(kept->after);
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
  if (kept) {
    const auto whole = std::const_pointer_cast<Program>(program);
    Options before = options;  // which writes what it computes the way it is read
    before.root_layouts = layouts_of_last_leaves(*program, kept->before.roots.size());
    std::string text = exact_text(kept->before);
    const auto fold = std::find_if(passes().begin(), passes().end(),
                                   [](const Pass& pass) { return pass.name == kKeepBefore; });
    whole->kept = {
        compile_from(static_cast<std::size_t>(fold - passes().begin()), std::move(kept->before), before),
        std::move(kept->leaves), std::move(text)};
  }
  return program;
}

}  // namespace

std::shared_ptr<const Program> compile(const Graph& graph, const Options& given) {
  const Building building;
  Options options = given;
  if (!options.backend) options.backend = &cpu_backend();
  check(graph);
  std::shared_ptr<const Program> program = compile_from(0, graph, options);
  if (logging("kernels")) log("kernels", "\n" + program->explain());
  if (observer()) observer()->compiled(*program);
  return program;
}

void observe(std::shared_ptr<Observer> wanted) { observer() = std::move(wanted); }

}  // namespace luge::compiler
