// Where the numbers are that are not finite, and which layer computed the first of them.
#pragma once

#include <string>

#include "luge/nn/module.h"
#include "luge/tensor.h"

namespace luge::train {

/// The first element of a floating tensor that is not finite, "inf at index 17 of [84]"; empty when there is
/// none.
std::string non_finite_element(const Tensor& tensor);

/// Runs the network's forward pass unfused and names the first parameter or output, in the order of the
/// calls, that holds a NaN or an infinity: "conv1.weight is nan", "linear2 (Linear 84): output is inf at
/// index 17". Empty when all of them are finite.
std::string first_non_finite(const nn::Module& net, const Tensors& inputs);

}  // namespace luge::train
