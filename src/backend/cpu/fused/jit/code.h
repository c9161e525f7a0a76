// Loops of generated code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backend/cpu/fused/jit/block.h"
#include "backend/cpu/x64/code.h"

namespace luge::cpu::fused::jit {

using namespace luge::cpu::x64;

/// Runs over rows × columns elements; `slots[k]` is the memory of the plan's slot k.
using Loop = void(std::byte* const* slots, std::int64_t rows, std::int64_t columns);

/// For tests and measurements: whether plans made from now on, by this thread, contain generated code.
bool enabled();
class Disabled {
 public:
  Disabled();
  ~Disabled();
};

/// Machine code of a block, run for one vector of elements after the other; empty when it cannot be had (a
/// mask too many, bytes on AVX2).
std::vector<std::uint8_t> generate(const Block& block, Isa isa);

}  // namespace luge::cpu::fused::jit
