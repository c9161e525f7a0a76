#include "optim/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "luge/error.h"
#include "luge/optim/optimizers.h"

namespace luge::optim {
namespace {

std::map<std::string, MakeNamed>& known() {
  static std::map<std::string, MakeNamed> table;
  return table;
}

}  // namespace

void Settings::take(const std::string& name, double& value, const std::vector<std::string>& elsewhere) {
  known_.push_back(name);
  for (const std::string& other : elsewhere) meant_[other] = name;
  if (const auto found = left_.find(name); found != left_.end()) {
    value = found->second;
    left_.erase(found);
  }
}

void Settings::finish(const std::string& whose) const {
  if (left_.empty()) return;
  const std::string& name = left_.begin()->first;
  const auto meant = meant_.find(name);
  throw ValueError(fmt::format("{} has no setting '{}'; {}it has {}", whose, name,
                               meant == meant_.end() ? "" : fmt::format("did you mean {}? ", meant->second),
                               known_.empty() ? "none" : fmt::format("{}", fmt::join(known_, ", "))));
}

bool add_named(const std::string& name, MakeNamed make) { return known().emplace(name, make).second; }

Optimizer named(const std::string& name, double learning_rate, const std::map<std::string, double>& given,
                const OptimizerOptions& options) {
  const auto found = known().find(name);
  if (found == known().end()) {
    throw ValueError(
        fmt::format("no optimizer is called '{}'; there are {}", name, fmt::join(names(), ", ")));
  }
  Settings settings(given);
  Optimizer made = found->second(learning_rate, settings, options);
  settings.finish("optimizer " + name);
  return made;
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const auto& [name, make] : known()) result.push_back(name);
  return result;
}

}  // namespace luge::optim
