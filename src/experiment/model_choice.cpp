#include "experiment/model_choice.h"

#include <fmt/format.h>

#include "experiment/made.h"
#include "experiment/task.h"

namespace luge::experiment {

models::Entry model_entry(const Config& config) {
  const Choice choice = config.chosen("model");
  return made(config, "model", [&] { return models::find(choice.name, choice.values); });
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
