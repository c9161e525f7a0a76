// compile(fn): traces a function once for each kind of arguments, and then runs its Program.
#include "luge/compile.h"

#include <algorithm>

#include "luge/error.h"
#include "runtime/eval.h"
#include "runtime/instance.h"
#include "runtime/variable_slots.h"

namespace luge::detail {

// The Programs are the cache's, within its limit for all functions together. The one that ran last is the
// function's own, too: a training whose Programs are large must not compile them at every step.
struct Compiled::State {
  std::function<Flat(const Flat&)> function;
  std::vector<std::shared_ptr<Instance>> instances;
  std::shared_ptr<const Program> last;
  std::uint64_t traces = 0;

  Ready ready(const Flat& arguments);
  /// For a look at its program: what was made for it stays.
  Ready planned(const Flat& arguments) {
    Ready found = ready(arguments);
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
  Ready known(const Flat& arguments);
  Ready traced(const Flat& arguments);
};

namespace {

constexpr std::size_t instance_limit = 64;

void bind(StateBinding& binding, const Source& source, const Instance& instance, const Tensors& arguments) {
  const auto bind_tensor = [&](const Tensor& tensor) { binding.bind(Edge{tensor.node(), tensor.output()}); };
  switch (source.kind) {
    case Source::Kind::argument: return bind_tensor(arguments[source.index]);
    case Source::Kind::state: return bind_tensor(instance.trace.states[source.index].slot->current);
    case Source::Kind::key: return binding.bind_key();
    case Source::Kind::fixed: return bind_tensor(source.fixed);
  }
}

Tensors run(const Ready& ready, const Tensors& arguments) {
  const Instance& instance = *ready.instance;
  StateBinding binding(*ready.program);
  for (const Source& source : instance.sources) bind(binding, source, instance, arguments);
  VariableSlots slots(instance.updates.size());
  for (const StateUpdate& update : instance.updates) {
    slots.add(update.slot);
    binding.replace(update.leaf, update.root);
  }
  Tensors results;
  results.reserve(instance.output_roots.size());
  for (const int root : instance.output_roots) results.push_back(binding.result(root));
  binding.run(slots);
  return results;
}

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

Ready Compiled::State::ready(const Flat& arguments) {
  const std::lock_guard lock(engine_mutex());
  Ready found = known(arguments);
  if (!found.program) found = traced(arguments);
  last = found.program;
  return found;
}

Ready Compiled::State::known(const Flat& arguments) {
  const auto found = std::find_if(instances.begin(), instances.end(),
                                  [&](const auto& each) { return each->matches(arguments); });
  if (found == instances.end()) return {};
  if (auto program = (*found)->program.use()) return {*found, std::move(program)};
  instances.erase(found);  // it is of no use without its Program
  return {};
}

Ready Compiled::State::traced(const Flat& arguments) {
  instances.reserve(instances.size() + 1);
  Ready fresh = trace_instance(function, arguments);
  ++traces;
  // Inputs of ever new shapes would fill the memory with programs: the one that was made first goes.
  if (instances.size() >= instance_limit) instances.erase(instances.begin());
  instances.push_back(fresh.instance);
  return fresh;
}

Compiled::Compiled(std::function<Flat(const Flat&)> function) : state_(std::make_shared<State>()) {
  state_->function = std::move(function);
}

std::uint64_t Compiled::traces() const { return state_->traces; }

Flat Compiled::call(const Flat& arguments) const {
  if (current_trace()) return state_->function(arguments);  // part of the outer function
  const std::lock_guard lock(engine_mutex());
  const Ready ready = state_->ready(arguments);
  Instance& instance = *ready.instance;
  try {
    evaluate_inputs(instance, arguments.tensors);
    Flat results{{}, instance.result_words};  // before the run, after which nothing may fail
    results.tensors = run(ready, arguments.tensors);
    instance.trace.undo.clear();
    return results;
  } catch (const NonFiniteError&) {
    instance.trace.undo.clear();  // a step that is refused is examined and perhaps taken again
    throw;
  } catch (...) {
    state_->take_back(ready.instance);
    throw;
  }
}

PlanInfo Compiled::plan(const Flat& arguments) const {
  const auto [instance, held] = state_->planned(arguments);
  const Program& program = *held;
  const auto bytes = [&](int value) { return program.values[static_cast<std::size_t>(value)].bytes; };
  PlanInfo plan;
  plan.arena_bytes = program.arena_bytes;
  plan.workspace_bytes = program.workspace_bytes;
  plan.steps = program.steps.size();
  for (std::size_t k = 0; k < instance->sources.size(); ++k) {
    if (program.inputs[k] < 0) continue;
    const Source::Kind kind = instance->sources[k].kind;
    if (kind == Source::Kind::state) plan.state_bytes += bytes(program.inputs[k]);
    if (kind == Source::Kind::argument) plan.input_bytes += bytes(program.inputs[k]);
  }
  for (std::size_t r = 0; r < program.roots.size(); ++r) {
    if (program.replaces[r] < 0) plan.output_bytes += bytes(program.roots[r]);
  }
  for (const ProgramStep& step : program.steps) {
    if (!step.op && !program.crosses(step)) plan.reorder_bytes += bytes(step.out[0]);
  }
  plan.recomputed_steps = program.again.steps;
  plan.recomputed_seconds = program.again.seconds;
  return plan;
}

std::string Compiled::explain(const Flat& arguments) const {
  return state_->planned(arguments).program->explain();
}

}  // namespace luge::detail
