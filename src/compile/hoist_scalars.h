// Numbers that tile programs compute from other numbers alone.
#pragma once

#include <vector>

#include "graph/node.h"
#include "ops/attributes/fused.h"

namespace luge::compiler {

struct FusedPart {
  TileProgram program;
  Tensors inputs;
};

/// Takes the lines that depend on single numbers only out of the parts; what several parts compute alike from
/// the same inputs is then one small step whose results they read.
void hoist_scalars(std::vector<FusedPart>& parts);

}  // namespace luge::compiler
