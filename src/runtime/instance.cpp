#include "runtime/instance.h"

#include <fmt/format.h>

#include <algorithm>

#include "luge/error.h"
#include "runtime/eval.h"
#include "runtime/subgraph.h"

namespace luge::detail {
namespace {

Type type_of(const Tensor& tensor) { return {tensor.dtype(), tensor.shape()}; }
Edge edge_of(const Tensor& tensor) { return {tensor.node(), tensor.output()}; }

/// The function's body, between leaves that represent the arguments and its results.
struct Body {
  Tensors arguments, outputs;
};

Body record(Instance& instance, const std::function<Flat(const Flat&)>& function) {
  const TraceScope scope(instance.trace);
  Body body;
  for (std::size_t i = 0; i < instance.types.size(); ++i) {
    const Type& type = instance.types[i];
    body.arguments.push_back(argument_leaf(type, fmt::format("argument {}", i), is_floating(type.dtype)));
  }
  Flat results = function({body.arguments, instance.words});
  body.outputs = std::move(results.tensors);
  instance.result_words = std::move(results.words);
  for (const Tensor& output : body.outputs) {
    if (!output.defined()) throw StateError("a compiled function returned an empty tensor");
  }
  return body;
}

Tensors roots_of(const Instance& instance, const Body& body) {
  Tensors roots = body.outputs;
  for (const Trace::State& state : instance.trace.states) {
    if (state.written.defined()) roots.push_back(state.written);
  }
  return roots;
}

// Expressions made before the trace began belong to the outside: their values are fixed now.
void evaluate_outside(const Tensors& roots, const Trace& trace) {
  Tensors outside;
  const auto made_before = [&](const Node* node) { return node->sequence < trace.start; };
  for (Node* node : topological(roots, made_before)) {
    if (made_before(node) || node->leaf != Leaf::none) continue;
    for (const Edge& edge : node->inputs) {
      if (edge.node->sequence < trace.start && edge.node->leaf != Leaf::scalar)
        outside.emplace_back(edge.node, edge.out);
    }
  }
  const OutsideTrace suspended;
  evaluate(outside);
}

void plan_roots(Subgraph& subgraph, Instance& instance, const Body& body) {
  std::vector<Edge> wanted;
  for (const Tensor& root : roots_of(instance, body)) wanted.push_back(edge_of(root));
  subgraph.find(wanted, Subgraph::Ends::open);
  for (const Tensor& output : body.outputs)
    instance.output_roots.push_back(subgraph.add_root(edge_of(output)));
  for (const Trace::State& state : instance.trace.states) {
    if (!state.written.defined()) continue;
    const int leaf = state.read.defined() ? subgraph.leaf_number({state.read.node(), 0}) : -1;
    // A root of its own: the slot's buffer may be taken over later, a fetched output must never change.
    subgraph.roots.push_back({subgraph.resolve(edge_of(state.written)), leaf});
    instance.updates.push_back({state.slot, leaf, static_cast<int>(subgraph.roots.size()) - 1});
  }
}

Source source_of(const Edge& leaf, const Instance& instance, const Body& body) {
  for (std::size_t i = 0; i < body.arguments.size(); ++i) {
    if (body.arguments[i].node() == leaf.node) return {Source::Kind::argument, i, {}};
  }
  const auto& states = instance.trace.states;
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].read.defined() && states[i].read.node() == leaf.node) return {Source::Kind::state, i, {}};
  }
  if (leaf.node->leaf == Leaf::key && leaf.node->sequence >= instance.trace.start)
    return {Source::Kind::key, 0, {}};
  return {Source::Kind::fixed, 0, Tensor(leaf.node, leaf.out)};
}

std::shared_ptr<const Program> trace_and_compile(Instance& instance,
                                                 const std::function<Flat(const Flat&)>& function) {
  const Body body = record(instance, function);
  evaluate_outside(roots_of(instance, body), instance.trace);
  Subgraph subgraph;
  plan_roots(subgraph, instance, body);
  for (const Edge& leaf : subgraph.leaves) instance.sources.push_back(source_of(leaf, instance, body));
  auto program = program_for(subgraph);
  instance.program = ProgramHandle(program);
  return program;
}

}  // namespace

bool Instance::matches(const Flat& arguments) const {
  const Tensors& tensors = arguments.tensors;
  return std::equal(tensors.begin(), tensors.end(), types.begin(), types.end(),
                    [](const Tensor& given, const Type& type) {
                      return given.dtype() == type.dtype && given.shape() == type.shape;
                    }) &&
         words == arguments.words && settings == luge::settings() &&
         std::all_of(trace.modes.begin(), trace.modes.end(),
                     [](const auto& mode) { return mode_now(*mode.first) == mode.second; }) &&
         std::all_of(trace.states.begin(), trace.states.end(),
                     [](const Trace::State& state) { return state.slot->trainable == state.trainable; });
}

Ready trace_instance(const std::function<Flat(const Flat&)>& function, const Flat& arguments) {
  const auto instance = std::make_shared<Instance>();
  try {
    for (const Tensor& argument : arguments.tensors) instance->types.push_back(type_of(argument));
    instance->words = arguments.words;
    return {instance, trace_and_compile(*instance, function)};
  } catch (...) {
    instance->trace.take_back();
    throw;
  }
}

}  // namespace luge::detail
