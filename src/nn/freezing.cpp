// Choosing parameters by a pattern, and freezing them.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/nearest.h"
#include "luge/error.h"
#include "luge/nn/matches.h"
#include "nn/module_state.h"

namespace luge::nn {
namespace {

/// The paths, and "block.*" for each part of the network: what a pattern may have been meant to be.
std::vector<std::string> likely_patterns(const std::vector<NamedVariable>& all) {
  std::set<std::string> found;
  for (const auto& [path, variable] : all) {
    found.insert(path);
    for (auto dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1))
      found.insert(path.substr(0, dot) + ".*");
  }
  return {found.begin(), found.end()};
}

/// The first parts of the paths: what a person reads to see the mistake.
std::string parts_text(const std::vector<NamedVariable>& all) {
  std::string text;
  std::set<std::string> seen;
  for (const auto& [path, variable] : all) {
    const std::string part = path.substr(0, path.find('.'));
    if (seen.insert(part).second) text += (text.empty() ? "" : ", ") + part;
  }
  return text.empty() ? "there are none" : "their paths begin with: " + text;
}

}  // namespace

std::vector<NamedVariable> Module::named_parameters(std::string_view pattern) const {
  std::vector<NamedVariable> all = named_parameters(), found;
  for (const NamedVariable& each : all) {
    if (matches(pattern, each.name)) found.push_back(each);
  }
  if (found.empty()) {
    const std::string wanted(pattern);
    throw ValueError(fmt::format("no parameter of {} matches '{}'{}; {}", type(), wanted,
                                 suggestion(wanted, likely_patterns(all)), parts_text(all)));
  }
  return found;
}

Variables Module::parameters(std::string_view pattern) const {
  Variables result;
  for (NamedVariable& named : named_parameters(pattern)) result.push_back(std::move(named.variable));
  return result;
}

void Module::set_trainable(bool trainable) const {
  for (Variable& parameter : parameters()) parameter.set_trainable(trainable);
}

void Module::set_trainable(std::string_view pattern, bool trainable) const {
  for (Variable& parameter : parameters(pattern)) parameter.set_trainable(trainable);
}

bool Module::frozen() const {
  // A trace notes what is asked, as it notes the mode. The last parameter is asked first: calls read them in
  // that order, and a trace keeps the order in which it meets them.
  const auto counts = [](const auto& cell) { return !cell->is_buffer && cell->variable.defined(); };
  const auto& cells = state_->cells;
  return std::any_of(cells.begin(), cells.end(), counts) &&
         std::none_of(cells.rbegin(), cells.rend(),
                      [&](const auto& cell) { return counts(cell) && cell->variable.trainable(); });
}

}  // namespace luge::nn
