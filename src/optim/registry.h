// Optimizers by name: each registers itself in its own file.
#pragma once

#include "core/registry.h"
#include "luge/optim/optimizer.h"

namespace luge::optim {

using OptimizerRegistry = Registry<Optimizer, const OptimizerOptions&>;
OptimizerRegistry& optimizers();

}  // namespace luge::optim
