// The instruction sets that kernels exist for, and which of them this process may use.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace luge {

/// Those of this processor, the best one first: of "amx", "avx512_bf16", "avx512", "avx2" and "portable".
std::vector<std::string_view> instruction_sets();
/// Throws ValueError, listing what the processor offers, for any other name.
void check_instruction_set(std::string_view name);

/// The one that the environment variable LUGE_ISA names. Throws ValueError for one the processor does not
/// have.
std::optional<std::string_view> instruction_set_of_environment();

}  // namespace luge
