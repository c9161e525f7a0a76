// Walks a plan as its workers do, place by place, and says whether an output may lie over an input: the proof
// that the compiler's rule is held against.
#pragma once

#include <string>

#include "backend/cpu/fused/plan.h"

namespace luge::testing {

/// Empty where every read of the input's memory comes before the write of the same place; else the first
/// place for which it does not. Items run on threads of their own, in any order. For small spaces: every
/// element is visited.
std::string error_of(const cpu::fused::Plan& plan, const InPlace& pair);

}  // namespace luge::testing
