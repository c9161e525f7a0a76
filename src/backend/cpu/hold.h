// Keeps the kernels of a process to an instruction set.
#pragma once

#include <string_view>

namespace luge::cpu {

/// From here on, the kernels of Luge and of oneDNN use no better instructions than those of this set of
/// core/instruction_sets.h. To be called before anything is computed. Throws ValueError for one that this
/// processor does not have.
void hold_to(std::string_view set);

}  // namespace luge::cpu
