// Makes a failing case small while it goes on failing in the same manner.
#pragma once

#include <functional>

#include "fuzz/case.h"

namespace luge::fuzz {

/// Whether a case fails in the manner that is being looked into.
using Fails = std::function<bool(const Case&)>;

/// Fewer modes, outputs, gradients, ops and attributes, smaller shapes, simpler elements: at most so many
/// tries.
Case minimized(Case c, const Fails& fails, int tries);

}  // namespace luge::fuzz
