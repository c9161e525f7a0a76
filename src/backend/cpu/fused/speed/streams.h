// What memory gives at most: loops that read and write as many arrays as a step does, and compute next to
// nothing.
#pragma once

#include <cstddef>

namespace luge::cpu::fused {

/// Reads `reads` arrays (1 to 4) of `count` floats and writes `writes` (0 to 3), which may be among them.
void stream(const float* const* in, int reads, float* const* out, int writes, std::size_t count);

}  // namespace luge::cpu::fused
