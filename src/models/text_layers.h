// What the networks that read text share.
#pragma once

#include <cstdint>
#include <string>

#include "models/layers.h"

namespace luge::models {

/// Adds a 3x3 convolution that keeps the extents, batch norm and an activation.
void add_normalized_convolution(nn::Sequential& net, std::int64_t filters, const std::string& activation);
/// How they are trained.
Defaults text_training(const std::string& loss);

}  // namespace luge::models
