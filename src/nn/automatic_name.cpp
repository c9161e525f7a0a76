#include "luge/nn/layers.h"

#include <algorithm>
#include <cctype>

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

std::string automatic_name(std::string type, const std::vector<std::string>& taken) {
  const std::string base = short_name(std::move(type));
  int number = 1;
  while (std::find(taken.begin(), taken.end(), base + std::to_string(number)) != taken.end()) ++number;
  return base + std::to_string(number);
}

}  // namespace luge::nn
