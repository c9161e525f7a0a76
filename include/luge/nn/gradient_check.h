// gradient_check of a network: compares the gradients of its parameters with differences of its outputs.
#pragma once

#include "luge/gradient_check.h"
#include "luge/named_tensors.h"
#include "luge/nn/module.h"

namespace luge::nn {

/// Compares the gradients of all outputs with respect to all parameters, in the present mode of the network.
/// Inputs are found by their names and others are left alone, so that a data::Batch may be given. The network
/// is built if necessary; its parameters must be float64, which they are when the inputs are. Its values, its
/// statistics and the random generator are as before afterwards. Throws DTypeError that names a parameter of
/// another dtype, and what the layers throw.
///
///     GradientReport report = nn::gradient_check(net, batch);
GradientReport gradient_check(const Module& net, const NamedTensors& inputs,
                              const GradientCheckOptions& options = {});

}  // namespace luge::nn
