// Control flow: steps whose kernels run Programs of their own.
#pragma once

#include <optional>

#include "compile/kernel_choice.h"

namespace luge::compiler {

/// The kernel of an op that runs functions, which it compiles for these types; nothing for another op. It is
/// always of the host.
std::optional<Choice> choose_control(const Question& question, const Options& options);

}  // namespace luge::compiler
