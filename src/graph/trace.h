// Trace: what a function reads, writes and draws while it is being recorded instead of run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/draws.h"
#include "graph/node.h"
#include "luge/variable.h"

namespace luge {

/// A Variable's storage. `current` is the read node of the present version: its value is the buffer, or its
/// input is what was assigned and not evaluated yet.
struct Slot {
  std::string name;
  Type type;
  bool trainable = true;
  Tensor initial;
  Tensor current;
  /// Switched off by the next assignment, unless it is null.
  std::shared_ptr<struct Mode> until_assigned;
};

/// Throws StateError for an empty Variable, DTypeError or ShapeError naming it when a value of this type
/// cannot be assigned to it. An unknown extent is checked when it is known.
void check_assigned(const Variable& variable, const Type& value);

/// A switch whose state decides what a function builds (a module's train/eval mode). Reading it through
/// read_mode lets a compiled function notice when it must be traced again.
struct Mode {
  std::atomic<bool> on{true};
  std::atomic<const void*> holder{nullptr};  // the object whose own call switched it off
};

/// For the length of a scope, on this thread, switches have the values given here.
class ModeOverride {
 public:
  ModeOverride();
  virtual ~ModeOverride();
  ModeOverride(const ModeOverride&) = delete;
  ModeOverride& operator=(const ModeOverride&) = delete;
  /// Empty: it says nothing about this switch.
  virtual std::optional<bool> state_of(const Mode& mode) const = 0;

 private:
  friend bool mode_now(const Mode&);
  friend bool read_mode(const std::shared_ptr<const Mode>&);
  const ModeOverride* outer_;
  const void* trace_;  // within which it was made
};

struct Trace {
  struct State {
    std::shared_ptr<Slot> slot;
    bool trainable;  // as it was when the function first met the slot
    Tensor read;     // the value the slot has when the program starts; empty when written before it was read
    Tensor current;  // what a read gives now
    Tensor written;  // the last assignment, or empty
  };
  std::vector<State> states;  // in order of first use
  Tensors scalars;            // equal numbers are one node in a trace
  Tensors keys;               // random keys to draw again at each call
  std::vector<std::pair<std::shared_ptr<const Mode>, bool>> modes;
  struct Watched {
    Tensor value;
    std::string name;
    double times;
  };
  // What changes state besides weights, for which an optimizer's step may be refused.
  std::vector<Watched> watched;
  // A first read gives the node made outside (graph::record), not one of the trace's own.
  bool outer_reads = false;
  bool looks = false;  // a Probe's: nothing is compiled, and values may be read
  // Undoes what was made outside for it, should recording fail.
  std::vector<std::function<void()>> undo;
  std::uint64_t start = 0;  // nodes with a smaller sequence number were made outside

  State& state(const std::shared_ptr<Slot>& slot);
  /// Recording has failed: undoes, the last first.
  void take_back();
};

/// The trace this thread records into, or null.
Trace* current_trace();
/// Whether a function is being recorded that will run later: its tensors have no values yet.
bool values_come_later();

/// Records into `trace` until it ends; nothing outside changes, whether it ends well or throws.
class TraceScope {
 public:
  explicit TraceScope(Trace& trace);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  Trace* outer_;
  Building building_;
};

/// Suspends recording: lazily shaped parameters are made outside the trace that meets them first, and with
/// draws that count.
class OutsideTrace {
 public:
  OutsideTrace();
  ~OutsideTrace();
  OutsideTrace(const OutsideTrace&) = delete;
  OutsideTrace& operator=(const OutsideTrace&) = delete;

 private:
  Trace* suspended_;
  random::ForGood draws_;
};

/// In a function that is being compiled: a step that an optimizer takes later in it is refused when this many
/// times this value, floating, towards which the state `name` moves, is not finite. Elsewhere it does
/// nothing.
void watch(const Tensor& value, std::string name, double times = 1);

/// A new random key: drawn now from the generator, or, in a trace, at each call.
Tensor next_key();
/// The state of a switch on this thread.
bool mode_now(const Mode& mode);
/// The same, noted in the trace under way.
bool read_mode(const std::shared_ptr<const Mode>& mode);

/// Every live slot, oldest first.
std::vector<std::shared_ptr<Slot>> live_slots();

}  // namespace luge
