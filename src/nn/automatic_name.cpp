#include "luge/nn/layers.h"

#include <algorithm>
#include <cctype>
#include <charconv>

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
  std::vector<bool> used(taken.size() + 1);  // of the numbers from 1
  for (const std::string& name : taken) {
    std::size_t number = 0;
    if (!name.starts_with(base)) continue;
    const auto [end, error] = std::from_chars(name.data() + base.size(), name.data() + name.size(), number);
    const bool whole = error == std::errc() && end == name.data() + name.size() && name[base.size()] != '0';
    if (whole && number <= used.size()) used[number - 1] = true;
  }
  const auto free = std::find(used.begin(), used.end(), false);
  return base + std::to_string(free - used.begin() + 1);
}

}  // namespace luge::nn
