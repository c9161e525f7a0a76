// Gradients that are cut to a size before a step.
#pragma once

#include "luge/optim/optimizer.h"

namespace luge::optim {

/// As the options say: each element, the length of each gradient, that of all together. Empty gradients stay
/// so.
void clip(Tensors& gradients, const OptimizerOptions& options);

}  // namespace luge::optim
