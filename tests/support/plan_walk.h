// Walks a plan as its workers do, element by element, and says whether an output may overwrite an input: the
// compiler's rule is compared with it.
#pragma once

#include <string>

#include "backend/cpu/fused/plan.h"

namespace luge::testing {

/// Empty where every read of the input's memory comes before the write of the same element; else the first
/// offset for which it does not. Items run on threads of their own, in any order. For small spaces: every
/// element is visited.
std::string error_of(const cpu::fused::Plan& plan, const InPlace& pair);

}  // namespace luge::testing
