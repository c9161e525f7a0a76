// What is done to the steps of a plan once they are there, in this order.
#pragma once

#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {

/// Replaces steps by generated code where the steps allow it.
void generate_code(Plan& plan);
/// Lets outputs be computed where they belong instead of being copied there, and finds which may overwrite an
/// input.
void point_outputs(Plan& plan);
/// Gives every register its offset in a thread's frame; values that are not needed at the same time share
/// tile buffers.
void assign_buffers(Plan& plan);
/// Nanoseconds of one thread.
double estimate(const TileProgram& program, const Plan& plan);

}  // namespace luge::cpu::fused
