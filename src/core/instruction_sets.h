// The instruction sets that kernels exist for, and how a process is held to one of them.
#pragma once

#include <string_view>
#include <vector>

namespace luge {

/// Those of this processor, the best one first: of "amx", "avx512_bf16", "avx512", "avx2" and "portable".
std::vector<std::string_view> instruction_sets();

/// From here on, the kernels of Luge and of oneDNN use no better instructions than these. To be called before
/// anything is computed. Throws ValueError, listing what the processor offers, for any other name.
void hold_to(std::string_view set);

/// The same for the name in the environment variable LUGE_ISA; does nothing without it.
void hold_to_environment();

}  // namespace luge
