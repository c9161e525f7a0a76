// compile(fn): traces a function into a subgraph and calls its Program.
#include <fmt/format.h>

#include <algorithm>

#include "backend/backend.h"
#include "core/threads.h"
#include "graph/eval.h"
#include "graph/trace.h"
#include "luge/compile.h"
#include "luge/error.h"
#include "runtime/drawn_keys.h"
#include "runtime/program_cache.h"
#include "runtime/subgraph.h"

namespace luge::detail {
namespace {

/// Where a leaf of a traced program gets its content at a call.
struct Source {
  enum class Kind : std::uint8_t { argument, state, key, fixed } kind;
  std::size_t index = 0;  // argument or state
  Tensor fixed;           // captured data, scalars
};

}  // namespace

struct Instance {
  std::vector<Type> types;
  Math math = luge::math();
  Precision precision = luge::precision();
  int threads = thread_count();
  Trace trace;
  Tensors arguments;
  Tensors outputs;
  std::vector<int> output_roots;  // per output: its root
  std::vector<int> state_roots;   // per trace.states entry: root of its new value, or -1
  std::vector<Source> sources;
  ProgramHandle program;

  bool matches(const Tensors& given) const {
    if (given.size() != types.size() || math != luge::math() || precision != luge::precision() ||
        threads != thread_count())
      return false;
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (given[i].dtype() != types[i].dtype || !(given[i].shape() == types[i].shape)) return false;
    }
    return std::all_of(trace.modes.begin(), trace.modes.end(),
                       [](const auto& m) { return mode_now(*m.first) == m.second; }) &&
           std::all_of(trace.states.begin(), trace.states.end(),
                       [](const Trace::State& s) { return s.slot->trainable == s.trainable; });
  }
};

namespace {

constexpr std::size_t instance_limit = 64;

/// What runs for some arguments.
struct Ready {
  std::shared_ptr<Instance> instance;
  std::shared_ptr<const Program> program;
};

}  // namespace

// The Programs are the cache's, within its limit for all functions together. The one that ran last is the
// function's own, too: a training whose Programs are large must not compile them at every step.
struct Compiled::State {
  std::function<Tensors(const Tensors&)> function;
  std::vector<std::shared_ptr<Instance>> instances;
  std::shared_ptr<const Program> last;
  std::uint64_t traces = 0;

  Ready ready(const Tensors& arguments);
  /// For a look at its program: what was made for it stays.
  Ready planned(const Tensors& arguments) {
    const Ready found = ready(arguments);
    found.instance->trace.undo.clear();
    return found;
  }
  /// Its first run has failed: what was made for it is undone, and it is traced again.
  void take_back(const std::shared_ptr<Instance>& failed) {
    if (failed->trace.undo.empty()) return;
    std::erase(instances, failed);
    failed->trace.take_back();
  }

 private:
  Ready trace(const Tensors& arguments);
  std::shared_ptr<const Program> trace(const Tensors& arguments, Instance& fresh);
};

namespace {

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

std::vector<Source> find_sources(const Subgraph& subgraph, const Instance& instance) {
  std::vector<Source> sources;
  for (const Edge& leaf : subgraph.leaves) {
    Source source{Source::Kind::fixed, 0, Tensor(leaf.node, leaf.out)};
    for (std::size_t i = 0; i < instance.arguments.size(); ++i) {
      if (instance.arguments[i].node() == leaf.node) source = {Source::Kind::argument, i, {}};
    }
    const auto& states = instance.trace.states;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i].read.defined() && states[i].read.node() == leaf.node)
        source = {Source::Kind::state, i, {}};
    }
    if (leaf.node->leaf == Leaf::key && leaf.node->sequence >= instance.trace.start)
      source = {Source::Kind::key, 0, {}};
    sources.push_back(std::move(source));
  }
  return sources;
}

void plan_roots(Subgraph& subgraph, Instance& instance) {
  std::vector<Edge> wanted;
  for (const Tensor& output : instance.outputs) wanted.push_back({output.node(), output.output()});
  for (const Trace::State& state : instance.trace.states) {
    if (state.written.defined()) wanted.push_back({state.written.node(), state.written.output()});
  }
  subgraph.find(wanted, Subgraph::Ends::open);
  for (const Tensor& output : instance.outputs) {
    instance.output_roots.push_back(subgraph.add_root({output.node(), output.output()}));
  }
  for (const Trace::State& state : instance.trace.states) {
    if (!state.written.defined()) {
      instance.state_roots.push_back(-1);
      continue;
    }
    const int replaced = state.read.defined() ? subgraph.leaf_number({state.read.node(), 0}) : -1;
    // A root of its own: the slot's buffer may be taken over later, a fetched output must never change.
    subgraph.roots.push_back({subgraph.resolve({state.written.node(), state.written.output()}), replaced});
    instance.state_roots.push_back(static_cast<int>(subgraph.roots.size()) - 1);
  }
}

}  // namespace

Ready Compiled::State::trace(const Tensors& arguments) {
  auto fresh = std::make_shared<Instance>();
  std::shared_ptr<const Program> program;
  try {
    program = trace(arguments, *fresh);
    instances.reserve(instances.size() + 1);
  } catch (...) {
    fresh->trace.take_back();
    throw;
  }
  ++traces;
  // Inputs of ever new shapes would fill the memory with programs: the one that was made first goes.
  if (instances.size() >= instance_limit) instances.erase(instances.begin());
  instances.push_back(fresh);
  return {fresh, program};
}

std::shared_ptr<const Program> Compiled::State::trace(const Tensors& arguments, Instance& fresh) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    fresh.types.push_back({arguments[i].dtype(), arguments[i].shape()});
  }
  {
    const TraceScope scope(fresh.trace);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      fresh.arguments.push_back(
          argument_leaf(fresh.types[i], fmt::format("argument {}", i), is_floating(fresh.types[i].dtype)));
    }
    fresh.outputs = function(fresh.arguments);
    for (const Tensor& output : fresh.outputs) {
      if (!output.defined()) throw StateError("a compiled function returned an empty tensor");
    }
  }
  const std::lock_guard lock(engine_mutex());
  Tensors roots = fresh.outputs;
  for (const Trace::State& state : fresh.trace.states) {
    if (state.written.defined()) roots.push_back(state.written);
  }
  evaluate_outside(roots, fresh.trace);
  Subgraph subgraph;
  plan_roots(subgraph, fresh);
  fresh.sources = find_sources(subgraph, fresh);
  auto program = program_for(subgraph);
  fresh.program = ProgramHandle(program);
  return program;
}

Ready Compiled::State::ready(const Tensors& arguments) {
  const std::lock_guard lock(engine_mutex());
  const auto known = std::find_if(instances.begin(), instances.end(),
                                  [&](const auto& each) { return each->matches(arguments); });
  Ready found;
  if (known != instances.end()) {
    found = {*known, (*known)->program.use()};
    if (!found.program) instances.erase(known);  // which is of no use without it
  }
  if (!found.program) found = trace(arguments);
  last = found.program;
  return found;
}

Compiled::Compiled(std::function<Tensors(const Tensors&)> function) : state_(std::make_shared<State>()) {
  state_->function = std::move(function);
}

std::uint64_t Compiled::traces() const { return state_->traces; }

namespace {

/// One call: all that may fail comes before the Program's commit point; until then nothing has changed, and
/// afterwards nothing throws.
class Call {
 public:
  Call(const Ready& ready, const Tensors& arguments)
      : instance_(*ready.instance), program_(*ready.program), arguments_(arguments) {}

  Tensors operator()() {
    for (const Source& source : instance_.sources) leaves_.push_back(bind(source));
    prepare();
    std::vector<BufferRef> values;
    try {
      donate();
      values = run_program(program_, leaves_);
    } catch (...) {
      for (auto& [node, leaf] : donated_) node->outputs[0].value = leaves_[leaf].buffer;
      throw;
    }
    commit(values);
    return std::move(outputs_);
  }

 private:
  BoundLeaf bind(const Source& source) {
    switch (source.kind) {
      case Source::Kind::argument: {
        const Tensor& given = arguments_[source.index];
        return luge::bound({given.node(), given.output()});
      }
      case Source::Kind::state:
        return luge::bound({instance_.trace.states[source.index].slot->current.node(), 0});
      case Source::Kind::key: return keys_.next();
      case Source::Kind::fixed: break;
    }
    return luge::bound({source.fixed.node(), source.fixed.output()});
  }

  // The nodes that will hold what the Program computes.
  void prepare() {
    for (std::size_t i = 0; i < instance_.trace.states.size(); ++i) {
      const auto& slot = instance_.trace.states[i].slot;
      versions_.push_back(instance_.state_roots[i] < 0 ? Tensor()
                                                       : read_leaf(slot, slot->type, slot->trainable, {}));
    }
    for (std::size_t i = 0; i < instance_.outputs.size(); ++i) {
      const int value = program_.roots[static_cast<std::size_t>(instance_.output_roots[i])];
      outputs_.push_back(data_leaf(nullptr, {instance_.outputs[i].dtype(),
                                             program_.values[static_cast<std::size_t>(value)].type.shape}));
    }
    donated_.reserve(leaves_.size());
  }

  // A version that only its slot holds gives its buffer away: the update happens in place.
  void donate() {
    for (std::size_t k = 0; k < leaves_.size(); ++k) {
      const Source& source = instance_.sources[k];
      if (source.kind != Source::Kind::state || instance_.state_roots[source.index] < 0) continue;
      Node* node = instance_.trace.states[source.index].slot->current.node();
      if (node->refs.load() != 1) continue;
      donated_.emplace_back(node, k);
      node->outputs[0].value.reset();
    }
  }

  void commit(const std::vector<BufferRef>& values) {
    for (std::size_t i = 0; i < versions_.size(); ++i) {
      if (!versions_[i].defined()) continue;
      versions_[i].node()->outputs[0].value = values[static_cast<std::size_t>(instance_.state_roots[i])];
      Slot& slot = *instance_.trace.states[i].slot;
      slot.current = std::move(versions_[i]);
      ++slot.version;
    }
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      outputs_[i].node()->outputs[0].value = values[static_cast<std::size_t>(instance_.output_roots[i])];
    }
    keys_.keep();
  }

  Instance& instance_;
  const Program& program_;
  const Tensors& arguments_;
  DrawnKeys keys_;
  std::vector<BoundLeaf> leaves_;
  Tensors versions_;  // per state: its next version, or empty
  Tensors outputs_;
  std::vector<std::pair<Node*, std::size_t>> donated_;
};

void evaluate_inputs(const Instance& instance, const Tensors& arguments) {
  Tensors pending;
  for (const Tensor& argument : arguments) {
    if (!argument.evaluated() || argument.node()->leaf == Leaf::scalar) pending.push_back(argument);
  }
  for (const Trace::State& state : instance.trace.states) {
    if (state.read.defined() && !state.slot->current.evaluated()) pending.push_back(state.slot->current);
  }
  if (!pending.empty()) evaluate(pending);
}

}  // namespace

Tensors Compiled::call(const Tensors& arguments) const {
  if (current_trace()) return state_->function(arguments);  // part of the outer function
  const std::lock_guard lock(engine_mutex());
  const Ready ready = state_->ready(arguments);
  const auto& instance = ready.instance;
  try {
    evaluate_inputs(*instance, arguments);
    Tensors results = Call(ready, arguments)();
    instance->trace.undo.clear();
    return results;
  } catch (const NonFiniteError&) {
    instance->trace.undo.clear();  // a step that is refused is examined and perhaps taken again
    throw;
  } catch (...) {
    state_->take_back(instance);
    throw;
  }
}

PlanInfo Compiled::plan(const Tensors& arguments) const {
  const auto [instance, held] = state_->planned(arguments);
  const Program& program = *held;
  PlanInfo plan;
  plan.arena_bytes = program.arena_bytes;
  plan.steps = program.steps.size();
  for (std::size_t k = 0; k < instance->sources.size(); ++k) {
    if (program.inputs[k] < 0) continue;
    const std::size_t bytes = program.values[static_cast<std::size_t>(program.inputs[k])].bytes;
    if (instance->sources[k].kind == Source::Kind::state) plan.state_bytes += bytes;
    if (instance->sources[k].kind == Source::Kind::argument) plan.input_bytes += bytes;
  }
  for (std::size_t r = 0; r < program.roots.size(); ++r) {
    if (program.replaces[r] < 0)
      plan.output_bytes += program.values[static_cast<std::size_t>(program.roots[r])].bytes;
  }
  for (const ProgramStep& step : program.steps) {
    if (!step.op && !step.out.empty())
      plan.reorder_bytes += program.values[static_cast<std::size_t>(step.out[0])].bytes;
  }
  plan.workspace_bytes = program.workspace_bytes;
  plan.recomputed_steps = program.again.steps;
  plan.recomputed_seconds = program.again.seconds;
  return plan;
}

std::string Compiled::explain(const Tensors& arguments) const {
  return state_->planned(arguments).program->explain();
}

}  // namespace luge::detail
