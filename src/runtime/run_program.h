// Runs a Program on leaves in whatever layout they have.
#pragma once

#include <vector>

#include "runtime/program.h"

namespace luge {

/// Runs once, as Program::run does, but converts leaves to the layouts that the Program wants and computes
/// what it wants prepacked, where that has not been done before.
std::vector<BufferRef> run_program(const Program& program, std::vector<BoundLeaf>& leaves);

}  // namespace luge
