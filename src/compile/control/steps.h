// The steps of control flow.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "compile/control/part.h"
#include "compile/kernel_choice.h"
#include "ops/attributes/control.h"

namespace luge::compiler {

Choice scan_choice(const ScanAttributes& attributes, const Question& question, const Options& options);
Choice while_choice(const WhileAttributes& attributes, const Question& question, const Options& options);
Choice cond_choice(const CondAttributes& attributes, const Question& question, const Options& options);

}  // namespace luge::compiler
