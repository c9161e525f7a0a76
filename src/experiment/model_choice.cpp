#include "experiment/model_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiment/made.h"
#include "experiment/model_settings.h"
#include "experiment/network_entry.h"
#include "experiment/optimizer_choice.h"
#include "experiment/task.h"
#include "luge/data/augment.h"

namespace luge::experiment {
namespace {

// The layers of a file have their options there. Options of a weaker source, such as those of a file next to
// model= on the command line, belong to the model that was named there.
void refuse_options(const Config& config, const std::string& path) {
  const Source chosen = std::max(config.origin("model.name").source, Source::resume);
  for (const Key& key : config.keys()) {
    if (key.family != "model" || key.option.empty() || !config.given(key.name)) continue;
    if (config.origin(key.name).source > chosen) continue;
    throw SettingError(
        fmt::format("{}: the options of the layers of {} are in the file", config.said(key.name), path));
  }
}

// Whether an augmentation gives all pictures a size.
bool sets_size(const Config& config) {
  if (!config.knows("data.size") || !config.knows("data.augment")) return true;
  return std::ranges::any_of(config.all_chosen("augmentation"), [](const Choice& each) {
    const std::vector<std::string> names = data::augmentation_names();
    return std::ranges::count(names, each.name) > 0 &&
           !data::augmentation(each.name, each.values).evaluation().empty();
  });
}

}  // namespace

models::Entry model_entry(const Config& config) {
  if (const std::string path = config.text("model.name"); is_network_file(path)) {
    if (path.ends_with(".safetensors")) {
      throw SettingError(
          fmt::format("{}: is a trained network; expected a name of the gallery, or a network file "
                      "(.toml); init={} begins with its weights",
                      config.said("model.name"), path));
    }
    refuse_options(config, path);
    return network_entry(path);
  }
  const Choice choice = config.chosen("model");
  return made(config, "model", [&] { return models::find(choice.name, choice.values); });
}

models::Entry entry_without_data(const Config& config) {
  models::Entry entry = model_entry(config);
  if (entry.outputs == 0) entry.outputs = 2;
  return entry;
}

nn::Model make_model(const models::Entry& entry, std::int64_t outputs) {
  return entry.make(outputs > 0 ? outputs : entry.outputs);
}

void take_defaults(Config& config, const models::Entry& entry) {
  const models::Defaults& own = entry.defaults;
  if (!config.knows("data.name")) settle_task(config, entry);
  config.set_default("optimizer.name", own.optimizer);
  // The rate of the model is for its own optimizer.
  const std::string optimizer = config.chosen("optimizer").name;
  const double rate = optimizer == own.optimizer ? own.learning_rate : usual_rate(optimizer);
  config.set_default("optimizer.learning_rate", fmt::format("{}", rate));
  config.set_default("train.batch", std::to_string(own.batch));
  take_model_settings(config, entry);
  if (!config.knows("data.name")) return;
  config.set_default("train.epochs", std::to_string(own.epochs));
  if (!own.data.empty()) config.set_default("data.name", own.data);
  // Detectors look at pictures of one size, in which boxes are learned.
  if (finds_boxes(own.task) && !sets_size(config))
    config.set_default("data.size", fmt::format("{}x{}", entry.input[1], entry.input[2]));
}

}  // namespace luge::experiment
