// Running plans.
#pragma once

#include <vector>

#include "backend/cpu/fused/plan.h"

namespace luge::cpu::fused {

/// Runs the plan on `threads` threads; the bytes written do not depend on their number. call.scratch holds
/// threads · frame_bytes() + split_bytes().
void run_plan(const Plan& plan, const KernelCall& call, int threads);

/// One of several plans that run as one step.
struct Part {
  Plan plan;
  std::size_t first_in = 0, first_out = 0;  // its arguments among those of the step
  std::size_t shared = 0;                   // its split_bytes() in the scratch memory
};
/// Runs independent plans at the same time: each writes the bytes that it writes alone.
/// call.scratch holds `frame_bytes`, as many as the largest frame, for each thread, and what the parts share.
void run_parts(const std::vector<Part>& parts, const KernelCall& call, int threads, std::size_t frame_bytes);

}  // namespace luge::cpu::fused
