#include "optim/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/number.h"
#include "luge/optim/optimizers.h"

namespace luge::optim {
namespace {

// PATTERN:NUMBER, with a number of 0 or more.
std::pair<std::string, double> pattern_and_number(const std::string& option, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const auto number = colon == std::string::npos ? std::nullopt : parse_number(text.substr(colon + 1));
  if (number && *number >= 0 && colon > 0) return {text.substr(0, colon), *number};
  throw options::OptionError(
      option, fmt::format("{} is '{}'; expected PATTERN:NUMBER with a number of 0 or more, such as "
                          "features.*:0.1",
                          option, text));
}

// Names that other programs use.
const bool has_other_names = optimizers().take_names([](std::string_view name) -> std::optional<std::string> {
  if (name == "nag") return "nesterov";
  if (name == "gd") return "gradient-descent";
  if (name == "l-bfgs") return "lbfgs";
  if (name == "cg") return "conjugate-gradient";
  return std::nullopt;
});

}  // namespace

OptimizerRegistry& optimizers() {
  static auto& registry =
      *new OptimizerRegistry({.one = "optimizer", .many = "optimizers", .key = "optimizer.name"});
  return registry;
}

OptimizerOptions NamedOptions::with(OptimizerOptions common) const {
  common.weight_decay = weight_decay;
  common.decay_vectors = common.decay_vectors && decay_vectors;
  for (const std::string& text : rate_factors) {
    const auto [pattern, factor] = pattern_and_number("rate_factors", text);
    common.groups.push_back({pattern, {.rate_factor = factor}});
  }
  for (const std::string& text : weight_decays) {
    const auto [pattern, own] = pattern_and_number("weight_decays", text);
    common.groups.push_back({pattern, {.weight_decay = own}});
  }
  return common;
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
