// The names of layers that are added without one.
#pragma once

#include <string>
#include <vector>

namespace luge::nn {

/// "Conv2d" → "conv1", or the first number that is free: "conv2". Both kinds of pooling are "pool".
std::string automatic_name(std::string type, const std::vector<std::string>& taken);

}  // namespace luge::nn
