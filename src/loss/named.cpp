#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "luge/error.h"
#include "luge/loss/loss.h"

namespace luge::loss {
namespace {

const std::map<std::string, Loss (*)()>& known() {
  static const std::map<std::string, Loss (*)()> table = {
      {"softmax-cross-entropy", []() -> Loss { return SoftmaxCrossEntropy(); }},
      {"mse", []() -> Loss { return MSE(); }},
      {"binary-cross-entropy", []() -> Loss { return BinaryCrossEntropy(); }},
  };
  return table;
}

}  // namespace

Loss named(const std::string& name) {
  if (const auto found = known().find(name); found != known().end()) return found->second();
  throw ValueError(fmt::format("no loss is called '{}'; there are {}", name, fmt::join(names(), ", ")));
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const auto& [name, make] : known()) result.push_back(name);
  return result;
}

}  // namespace luge::loss
