#include "luge/nn/sequential.h"

#include <algorithm>
#include <cctype>

#include "nn/module_state.h"

namespace luge::nn {
namespace {

/// "Conv2d" → "conv", "MaxPool2d" → "pool", "ResidualBlock" → "residualblock".
std::string short_name(std::string type) {
  std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return std::tolower(c); });
  type = type.substr(0, type.find('<'));
  if (type.size() > 2 && type.back() == 'd' &&
      std::isdigit(static_cast<unsigned char>(type[type.size() - 2]))) {
    type.resize(type.size() - 2);
  }
  return type == "maxpool" || type == "avgpool" ? "pool" : type;
}

}  // namespace

Tensor Sequential::forward(const Tensor& x) const {
  Tensor y = x;
  for (const auto& child : state()->children) y = (*child.module)(y);
  return y;
}

Padded Sequential::forward_padded(const Padded& x) const {
  Padded y = x;
  for (const auto& child : state()->children) y = (*child.module)(y);
  return y;
}

std::string Sequential::free_name(const Module& layer) const {
  const std::string base = short_name(layer.type());
  const auto taken = [this](const std::string& name) {
    return std::any_of(state()->children.begin(), state()->children.end(),
                       [&](const auto& c) { return c.name == name; });
  };
  int number = 1;
  while (taken(base + std::to_string(number))) ++number;
  return base + std::to_string(number);
}

}  // namespace luge::nn
