// How two vectors of a reduction become one.
#pragma once

#include "backend/cpu/fused/jit/allocator.h"

namespace luge::cpu::fused::jit {

/// sum = sum combined with `from` (registers), for all elements or those of the part.
void combine(Allocator& allocator, Listing& listing, TileReduction reduction, int sum, int from, bool part);

}  // namespace luge::cpu::fused::jit
