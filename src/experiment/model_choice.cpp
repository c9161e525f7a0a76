#include "experiment/model_choice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "core/registry.h"
#include "experiment/task.h"

namespace luge::experiment {
namespace {

constexpr std::string_view kPrefix = "model.";

// The options of the model that have values; throws SettingError for one that it does not have.
options::Values options_of(const Config& config, const std::string& name) {
  options::Values values;
  const Member model = find_family("model")->member(name);
  for (const Key& key : config.keys()) {
    if (!key.name.starts_with(kPrefix) || key.name == "model.name" || key.name == "model.init") continue;
    if (!config.has(key.name)) continue;
    const std::string option = key.name.substr(kPrefix.size());
    const auto known = std::find_if(model.options.begin(), model.options.end(),
                                    [&](const options::Info& info) { return info.name == option; });
    if (known == model.options.end()) {
      std::vector<std::string> names;
      for (const options::Info& info : model.options) names.push_back(info.name);
      throw SettingError(fmt::format(
          "{}={}: the model {} {}", config.shown(key.name), config.text(key.name), name,
          names.empty() ? "has no options" : fmt::format("has the options {}", fmt::join(names, ", "))));
    }
    try {
      values.emplace_back(option, known->checked(known->parse(config.text(key.name))));
    } catch (const options::OptionError&) {
      config.refuse(key.name, known->expected());
    }
  }
  return values;
}

}  // namespace

models::Entry model_entry(const Config& config) {
  const std::string name = config.choice("model.name", models::names());
  try {
    return models::find(name, options_of(config, name));
  } catch (const options::OptionError& error) {
    throw SettingError(error.what());
  }
}

nn::Model make_model(const models::Entry& entry, std::int64_t outputs) {
  return entry.make(outputs > 0 ? outputs : entry.outputs);
}

void take_defaults(Config& config, const models::Entry& entry) {
  const models::Defaults& own = entry.defaults;
  if (!config.knows("data.name")) settle_task(config, entry);
  config.set_default("optimizer.name", own.optimizer);
  config.set_default("optimizer.learning_rate", fmt::format("{}", own.learning_rate));
  config.set_default("train.batch", std::to_string(own.batch));
  if (!config.knows("data.name")) return;
  config.set_default("train.epochs", std::to_string(own.epochs));
  if (!own.data.empty()) config.set_default("data.name", own.data);
}

}  // namespace luge::experiment
