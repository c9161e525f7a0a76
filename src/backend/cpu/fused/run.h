// Running a plan.
#pragma once

#include "backend/cpu/fused/plan.h"

namespace luge::tiles {

/// Runs the plan on `threads` threads; the bytes written do not depend on their number. call.scratch holds
/// threads · frame_bytes() + split_bytes().
void run_plan(const Plan& plan, const KernelCall& call, int threads);

}  // namespace luge::tiles
