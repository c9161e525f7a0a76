#pragma once
#include "nn/module_state.h"

namespace luge::nn {

/// Whether copies made now on this thread are to be independent.
bool cloning();
/// The independent counterpart, made at the first call within one Cloning.
std::shared_ptr<ParameterCell> cloned(const std::shared_ptr<ParameterCell>& cell);
std::shared_ptr<Module::State> cloned(const std::shared_ptr<Module::State>& state);

}  // namespace luge::nn
