// Limits the size of gradients before a step.
#pragma once

#include "luge/optim/optimizer.h"

namespace luge::optim {

/// Limits each element, the norm of each gradient, and the norm of all together, as the options say. Empty
/// gradients stay empty.
void clip(Tensors& gradients, const OptimizerOptions& options);

}  // namespace luge::optim
