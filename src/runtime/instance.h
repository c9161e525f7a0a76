// Instance: what a function has become for arguments of certain types: a Program, and where its leaves come
// from.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "graph/trace.h"
#include "luge/flatten.h"
#include "runtime/program_cache.h"
#include "runtime/settings.h"

namespace luge::detail {

/// Where a leaf of the Program gets its content at a call.
struct Source {
  enum class Kind : std::uint8_t { argument, state, key, fixed } kind;
  std::size_t index = 0;  // of the argument, or of the state in the trace
  Tensor fixed;           // captured data, scalars
};

/// A state that gets a next value at each call.
struct StateUpdate {
  std::shared_ptr<Slot> slot;
  int leaf;  // with its present value, or -1
  int root;
};

struct Instance {
  std::vector<Type> types;         // of the arguments
  std::vector<std::string> words;  // of the arguments
  std::vector<std::string> result_words;
  Settings settings = luge::settings();
  Trace trace;
  std::vector<Source> sources;  // per leaf
  std::vector<int> output_roots;
  std::vector<StateUpdate> updates;
  ProgramHandle program;

  /// Whether a trace for these arguments would become the same.
  bool matches(const Flat& arguments) const;
};

/// An Instance while its Program exists.
struct Ready {
  std::shared_ptr<Instance> instance;
  std::shared_ptr<const Program> program;
};

/// Traces a function for arguments of such types and compiles it. Nothing stays of it when that fails. The
/// engine mutex must be held.
Ready trace_instance(const std::function<Flat(const Flat&)>& function, const Flat& arguments);

}  // namespace luge::detail
