#include "optim/registry.h"

#include <algorithm>

#include "luge/optim/optimizers.h"

namespace luge::optim {

OptimizerRegistry& optimizers() {
  static auto& registry =
      *new OptimizerRegistry({.one = "optimizer", .many = "optimizers", .key = "optimizer.name"});
  return registry;
}

bool add(const std::string& name, const std::string& description,
         options::Maker<Optimizer, const OptimizerOptions&> make) {
  return optimizers().add(name, description, std::move(make));
}

Optimizer named(const std::string& name, double learning_rate, const options::Values& values,
                const OptimizerOptions& common) {
  options::Values all = {{"learning_rate", learning_rate}};
  if (common.weight_decay != 0) all.emplace_back("weight_decay", common.weight_decay);
  all.insert(all.end(), values.begin(), values.end());
  return optimizers().make(name, all, common);
}

std::string description(const std::string& name) { return optimizers().member(name).description; }

std::vector<std::string> names() { return optimizers().names(); }

}  // namespace luge::optim
