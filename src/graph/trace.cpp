#include "graph/trace.h"

#include <algorithm>
#include <mutex>

#include "luge/random.h"

namespace luge {
namespace {

thread_local Trace* recording = nullptr;

}  // namespace

Trace* current_trace() { return recording; }

Trace::State& Trace::state(const std::shared_ptr<Slot>& slot) {
  for (State& known : states) {
    if (known.slot == slot) return known;
  }
  return states.emplace_back(State{slot, {}, {}, {}});
}

TraceScope::TraceScope(Trace& trace) : outer_(recording) {
  trace.start = latest_sequence();
  recording = &trace;
}
TraceScope::~TraceScope() { recording = outer_; }

OutsideTrace::OutsideTrace() : suspended_(recording) { recording = nullptr; }
OutsideTrace::~OutsideTrace() { recording = suspended_; }

Tensor next_key() {
  if (Trace* trace = current_trace()) {
    trace->keys.push_back(key_leaf(0, 0));
    return trace->keys.back();
  }
  const random::State drawn = random::next();
  return key_leaf(drawn.seed, drawn.draw);
}

bool read_mode(const std::shared_ptr<const Mode>& mode) {
  const bool on = mode->on.load();
  if (Trace* trace = current_trace()) {
    const bool known =
        std::any_of(trace->modes.begin(), trace->modes.end(), [&](const auto& m) { return m.first == mode; });
    if (!known) trace->modes.emplace_back(mode, on);
  }
  return on;
}

}  // namespace luge
