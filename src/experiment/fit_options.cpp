#include "experiment/fit_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/nearest.h"
#include "experiment/data_sets.h"

namespace luge::experiment {
namespace {

constexpr std::int64_t kValidationBatch = 256;

bool is_default(const Config& config, const char* key) {
  return std::any_of(config.keys().begin(), config.keys().end(), [&](const Key& known) {
    return known.name == key && known.fallback == config.text(key);
  });
}

// The figure a callback watches; a default that needs validation data watches the training's where there are
// none.
std::string monitor_of(const Config& config, const char* key, bool validates) {
  const std::string name = config.text(key);
  const bool of_validation = name.starts_with(train::kValidation);
  if (!validates && of_validation && is_default(config, key)) return name.substr(train::kValidation.size());
  return name;
}

// Those that end a training early.
std::vector<train::CallbackRef> watchers(const Config& config, bool validates) {
  std::vector<train::CallbackRef> all;
  if (config.has("callbacks.early_stopping.patience")) {
    all.push_back(
        train::early_stopping({.monitor = monitor_of(config, "callbacks.early_stopping.monitor", validates),
                               .patience = config.integer("callbacks.early_stopping.patience", 1),
                               .min_delta = config.not_negative("callbacks.early_stopping.min_delta")}));
  }
  if (config.has("callbacks.stop_at.value")) {
    all.push_back(train::stop_at(monitor_of(config, "callbacks.stop_at.monitor", validates),
                                 config.number("callbacks.stop_at.value")));
  }
  return all;
}

}  // namespace

train::FitOptions fit_options(const Config& config, const data::Dataset& valid,
                              const std::vector<train::CallbackRef>& callbacks) {
  train::FitOptions options;
  options.epochs = config.integer("train.epochs", 1);
  options.steps_per_epoch = config.integer("train.limit_train_batches", 0);
  const bool validates = valid.size() > 0;
  if (validates) options.validation = valid.batch(kValidationBatch);
  options.callbacks = callbacks;
  for (train::CallbackRef& watcher : watchers(config, validates))
    options.callbacks.push_back(std::move(watcher));
  options.accept_changed_data = config.flag("data.accept_changed_data");
  return options;
}

train::CheckpointOptions checkpoint_options(const Config& config, const Tell& tell) {
  train::CheckpointOptions options;
  if (config.has("callbacks.checkpoint.monitor"))
    options.monitor = config.text("callbacks.checkpoint.monitor");
  options.every = config.integer("callbacks.checkpoint.every", 0);
  options.keep = config.integer("callbacks.checkpoint.keep", 1);
  if (config.choice("callbacks.checkpoint.on_error", {"stop", "warn"}) == "warn") {
    options.on_error = train::OnSaveError::warn;
    options.warn = [tell](const std::string& what) {
      tell(fmt::format("warning: {}; training goes on", what));
    };
  }
  return options;
}

void check_settings(const Config& config, const train::Trainer& trainer, const data::Dataset& valid) {
  fit_options(config, valid);
  checkpoint_options(config, {});
  table_format(config);
  // A setting of something that is not switched on would do nothing in silence. Recorded defaults may remain.
  for (const auto& [setting, of] :
       {std::pair{"callbacks.early_stopping.monitor", "callbacks.early_stopping.patience"},
        std::pair{"callbacks.early_stopping.min_delta", "callbacks.early_stopping.patience"},
        std::pair{"callbacks.stop_at.monitor", "callbacks.stop_at.value"}}) {
    if (!is_default(config, setting) && !config.has(of))
      config.refuse(setting, fmt::format("{}= with it; without that it does nothing", config.shown(of)));
  }
  const bool validates = valid.size() > 0;
  const std::vector<std::string> names = trainer.figures(validates);
  for (const auto& [switched, key] :
       {std::pair{"callbacks.early_stopping.patience", "callbacks.early_stopping.monitor"},
        std::pair{"callbacks.stop_at.value", "callbacks.stop_at.monitor"},
        std::pair{"callbacks.checkpoint.monitor", "callbacks.checkpoint.monitor"}}) {
    if (!config.has(switched)) continue;
    const std::string monitor = monitor_of(config, key, validates);
    if (std::find(names.begin(), names.end(), monitor) != names.end()) continue;
    throw SettingError(
        fmt::format("{}={} is not measured{}", config.shown(key), monitor, suggestion(monitor, names)));
  }
}

}  // namespace luge::experiment
