#include "graph/trace.h"

#include <algorithm>
#include <mutex>

#include "luge/random.h"

namespace luge {
namespace {

thread_local Trace* recording = nullptr;
thread_local const ModeOverride* overriding = nullptr;

}  // namespace

Trace* current_trace() { return recording; }
bool values_come_later() { return recording && !recording->looks; }

Trace::State& Trace::state(const std::shared_ptr<Slot>& slot) {
  for (State& known : states) {
    if (known.slot == slot) return known;
  }
  return states.emplace_back(State{slot, slot->trainable, {}, {}, {}});
}

void Trace::take_back() {
  for (; !undo.empty(); undo.pop_back()) undo.back()();
}

TraceScope::TraceScope(Trace& trace) : outer_(recording) {
  trace.start = latest_sequence();
  recording = &trace;
}
TraceScope::~TraceScope() { recording = outer_; }

OutsideTrace::OutsideTrace() : suspended_(recording) { recording = nullptr; }
OutsideTrace::~OutsideTrace() { recording = suspended_; }

void watch(const Tensor& value, std::string name, double times) {
  if (values_come_later()) recording->watched.push_back({value, std::move(name), times});
}

Tensor next_key() {
  if (values_come_later()) {
    recording->keys.push_back(key_leaf(0, 0));
    return recording->keys.back();
  }
  const random::State drawn = random::next();
  return key_leaf(drawn.seed, drawn.draw);
}

ModeOverride::ModeOverride() : outer_(overriding), trace_(recording) { overriding = this; }
ModeOverride::~ModeOverride() { overriding = outer_; }

bool mode_now(const Mode& mode) {
  for (const ModeOverride* scope = overriding; scope; scope = scope->outer_) {
    if (const auto on = scope->state_of(mode)) return *on;
  }
  return mode.on.load();
}

bool read_mode(const std::shared_ptr<const Mode>& mode) {
  Trace* trace = current_trace();
  for (const ModeOverride* scope = overriding; scope; scope = scope->outer_) {
    const auto on = scope->state_of(*mode);
    // What the traced function sets itself does not depend on how it is called.
    if (on && trace && scope->trace_ == trace) return *on;
    if (on) break;
  }
  const bool on = mode_now(*mode);
  if (!trace) return on;
  const bool known =
      std::any_of(trace->modes.begin(), trace->modes.end(), [&](const auto& m) { return m.first == mode; });
  if (!known) trace->modes.emplace_back(mode, on);
  return on;
}

}  // namespace luge
