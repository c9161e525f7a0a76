// What depends on Variables alone need not be computed at every call: the graph in two parts, of which the
// first runs once for each version of the Variables.
#pragma once

#include <optional>
#include <vector>

#include "compile/graph.h"

namespace luge::compiler {

struct PrepackedParts {
  Graph before;  // its roots are what `after` has as further leaves, in this order
  Graph after;
  std::vector<int> leaves;  // of `before`: which leaf of the whole graph each is
};

/// Empty when nothing can be prepacked: no step depends on reads of Variables alone, or the graph itself
/// gives a Variable its next value. Steps that only rearrange elements run at every call, and so does what
/// draws random numbers, may fail or must be computed again.
std::optional<PrepackedParts> prepack(const Graph& graph);

}  // namespace luge::compiler
