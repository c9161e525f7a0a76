#pragma once
#include "nn/module_state.h"

namespace luge::nn {

/// True while copies made on this thread must be independent.
bool cloning();
/// Returns the independent copy; the first call within one Cloning makes it.
std::shared_ptr<ParameterCell> cloned(const std::shared_ptr<ParameterCell>& cell);
std::shared_ptr<Module::State> cloned(const std::shared_ptr<Module::State>& state);

}  // namespace luge::nn
