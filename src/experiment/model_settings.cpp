#include "experiment/model_settings.h"

#include <algorithm>

#include "experiment/key_names.h"

namespace luge::experiment {
namespace {

const Key* choice_of(const Config& config, const std::string& family) {
  const auto found = std::ranges::find_if(
      config.keys(), [&](const Key& key) { return key.family == family && key.option.empty(); });
  return found == config.keys().end() ? nullptr : &*found;
}

// What the model chooses of a family; empty: nothing.
std::string own_choice(const models::Defaults& own, const Key& choice) {
  if (choice.name == "optimizer.name") return own.optimizer;
  if (choice.name == "loss.name") return own.loss;
  for (const auto& [key, value] : own.settings) {
    if (key == choice.name) return value;
  }
  return "";
}

// Whether what was chosen of the option's family is what the model chooses.
bool is_own(const Config& config, const Key& option, const models::Defaults& own) {
  const Key* choice = choice_of(config, option.family);
  return choice && config.given(choice->name) && config.text(choice->name) == own_choice(own, *choice);
}

}  // namespace

void take_model_settings(Config& config, const models::Entry& entry) {
  // Choices first: options follow from them, in whatever order a file has them.
  for (const bool options : {false, true}) {
    for (const auto& [name, value] : entry.defaults.settings) {
      const Key* key = find_key(config.keys(), name);
      if (!key || key->option.empty() == options) continue;
      if (options && !is_own(config, *key, entry.defaults)) continue;
      config.set_default(name, value);
    }
  }
}

}  // namespace luge::experiment
