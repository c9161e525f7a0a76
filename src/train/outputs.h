// Checks that the outputs of a network are what the loss takes them for.
#pragma once

#include "luge/data/batches.h"
#include "luge/loss/loss.h"
#include "luge/nn/module.h"

namespace luge::train {

/// Throws ValueError for a loss of probabilities, or of their logarithms, when the outputs for the first
/// samples are none: such a loss has no minimum on other numbers. Changes nothing of the network.
void check_outputs(const nn::Model& net, const loss::Loss& loss, const data::HostBatch& first);

}  // namespace luge::train
