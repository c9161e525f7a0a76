#include "luge/data/recipe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>

#include "luge/error.h"

namespace luge::data {
namespace {

using Json = nlohmann::ordered_json;
using Make = std::function<StepRef(const std::string&)>;

std::map<std::string, Make, std::less<>>& known() {
  static auto& table = *new std::map<std::string, Make, std::less<>>;
  return table;
}

StepRef step_from(const Json& json, std::size_t position) {
  const auto refuse = [&](const std::string& what) -> FormatError {
    return FormatError(fmt::format("recipe: step {} {}", position + 1, what));
  };
  if (!json.is_object() || !json.contains("step") || !json["step"].is_string())
    throw refuse("is not a JSON object with the name of a step");
  const auto name = json["step"].get<std::string>();
  const auto found = known().find(name);
  if (found == known().end()) {
    throw refuse(fmt::format("is '{}', which is not registered; there are {} (data::add_step adds steps)",
                             name, fmt::join(step_names(), ", ")));
  }
  StepRef step = found->second(json.contains("options") ? json["options"].dump() : "{}");
  if (!step) throw refuse(fmt::format("is '{}', whose function returned nothing", name));
  return step;
}

}  // namespace

StepRef Step::fit(const Dataset&) const { return nullptr; }

HostArray Step::undo(std::string_view, HostArray value) const { return value; }

bool add_step(const std::string& name, Make make) { return known().emplace(name, std::move(make)).second; }

std::vector<std::string> step_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : known()) names.push_back(name);
  return names;
}

Recipe::Recipe(std::vector<StepRef> steps) : steps_(std::move(steps)) {
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    if (!steps_[k]) throw ValueError(fmt::format("Recipe: step {} is null", k + 1));
  }
}

Recipe Recipe::then(const Recipe& next) const {
  Recipe both = *this;
  both.steps_.insert(both.steps_.end(), next.steps_.begin(), next.steps_.end());
  return both;
}

Recipe Recipe::fit(const Dataset& training) const {
  Recipe fitted;
  Dataset seen = training;
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    const StepRef step = steps_[k]->fit(seen);
    fitted.steps_.push_back(step ? step : steps_[k]);
    if (k + 1 < steps_.size()) seen = fitted.steps_.back()->apply(seen);
  }
  return fitted;
}

Dataset Recipe::training(const Dataset& data) const {
  Dataset result = data;
  for (const StepRef& step : steps_) result = step->apply(result);
  return result;
}

Dataset Recipe::evaluation(const Dataset& data) const {
  Dataset result = data;
  for (const StepRef& step : steps_) {
    if (!step->training_only()) result = step->apply(result);
  }
  return result;
}

Record Recipe::prediction(Record raw) const {
  for (const StepRef& step : steps_) {
    if (!step->training_only()) step->apply(raw);
  }
  return raw;
}

HostArray Recipe::undo(std::string_view field, HostArray value) const {
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step)
    value = (*step)->undo(field, std::move(value));
  return value;
}

std::string Recipe::to_json() const {
  Json list = Json::array();
  for (const StepRef& step : steps_) {
    const Json options = Json::parse(step->options(), nullptr, false);
    if (!options.is_object())
      throw FormatError(
          fmt::format("recipe: the options of the step '{}' are not a JSON object", step->name()));
    list.push_back({{"step", step->name()}, {"options", options}});
  }
  return list.dump();
}

Recipe Recipe::from_json(std::string_view text) {
  if (text.empty()) return {};
  const Json list = Json::parse(text, nullptr, false);
  if (!list.is_array()) throw FormatError("recipe: expected a JSON array of steps");
  Recipe recipe;
  for (std::size_t k = 0; k < list.size(); ++k) recipe.steps_.push_back(step_from(list[k], k));
  return recipe;
}

}  // namespace luge::data
