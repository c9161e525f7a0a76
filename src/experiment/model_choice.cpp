#include "experiment/model_choice.h"

#include <fmt/format.h>

#include "experiment/task.h"

namespace luge::experiment {

models::Entry model_entry(const Config& config) {
  std::vector<std::string> names;
  for (const models::Entry& entry : models::all()) names.push_back(entry.name);
  return models::find(config.choice("model.name", names));
}

nn::Model make_model(const Config& config, const models::Entry& entry, std::int64_t outputs) {
  if (!config.has("model.hidden") && !config.has("model.dropout")) return models::make(entry.name, outputs);
  models::Hidden hidden = entry.hidden;
  if (config.has("model.hidden")) {
    hidden.widths.clear();
    if (config.text("model.hidden") != "none") hidden.widths = config.integers("model.hidden", 1);
  }
  if (config.has("model.dropout")) hidden.dropout = config.share("model.dropout");
  try {
    return models::make(entry.name, outputs, hidden);
  } catch (const ValueError& error) {
    throw SettingError(fmt::format(
        "{}: {}", config.shown(config.has("model.hidden") ? "model.hidden" : "model.dropout"), error.what()));
  }
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
