#include <optional>

#include "backend/cpu/fused/jit/code.h"
#include "backend/cpu/fused/jit/loop.h"

namespace luge::cpu::fused::jit {

// Long chains of operations are written for two vectors in turn: one alone would wait for itself. Where that
// takes too many registers, one has to do.
std::vector<std::uint8_t> generate(const Block& block, Isa isa) {
  const bool long_chain = block.down_columns || block.operations.size() > 3;
  for (int vectors = long_chain ? 2 : 1; vectors > 0; --vectors) {
    const std::optional<LoopPlan> plan = plan_loop(block, isa, vectors);
    if (!plan) continue;
    std::vector<std::uint8_t> code = block.down_columns ? generate_columns(*plan) : generate_rows(*plan);
    if (!code.empty()) return code;
  }
  return {};
}

}  // namespace luge::cpu::fused::jit
