#include "experiment/fit_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/nearest.h"
#include "experiment/aid_options.h"
#include "experiment/aids.h"
#include "experiment/monitor_modes.h"
#include "experiment/train_options.h"

namespace luge::experiment {
namespace {

// The figure a callback watches; a default that needs validation data watches the training's where there are
// none.
template <class O>
std::string monitor_of(const O& options, bool validates) {
  const bool of_validation = options.monitor.starts_with(train::kValidation);
  if (!validates && of_validation && options.monitor == O().monitor)
    return options.monitor.substr(train::kValidation.size());
  return options.monitor;
}

// Those that end a training early or lower its rate.
std::vector<train::CallbackRef> watchers(const Config& config, bool validates) {
  std::vector<train::CallbackRef> all;
  const auto early = read<EarlyStoppingKeys>(config);
  if (early.patience) {
    all.push_back(train::early_stopping({.monitor = monitor_of(early, validates),
                                         .patience = *early.patience,
                                         .min_delta = early.min_delta,
                                         .better = read<EarlyStoppingMode>(config).better(),
                                         .restore_best = early.restore_best}));
  }
  const auto plateau = read<PlateauKeys>(config);
  if (plateau.patience) {
    all.push_back(train::reduce_on_plateau({.monitor = monitor_of(plateau, validates),
                                            .factor = plateau.factor,
                                            .patience = *plateau.patience,
                                            .threshold = plateau.threshold,
                                            .relative = plateau.relative,
                                            .cooldown = plateau.cooldown,
                                            .smallest = plateau.smallest,
                                            .better = read<PlateauMode>(config).better()}));
  }
  const auto enough = read<StopAtKeys>(config);
  if (enough.value)
    all.push_back(
        train::stop_at(monitor_of(enough, validates), *enough.value, read<StopAtMode>(config).better()));
  return all;
}

void check_measured(const Config& config, const std::string& key, const std::string& monitor,
                    const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), monitor) != names.end()) return;
  throw SettingError(fmt::format("{}{}={} is not measured{}", config.where(key), config.shown(key), monitor,
                                 suggestion(monitor, names)));
}

}  // namespace

train::FitOptions fit_options(const Config& config, const data::Dataset& valid,
                              const std::vector<train::CallbackRef>& callbacks) {
  const auto length = read<LengthOptions>(config);
  train::FitOptions options;
  options.epochs = dev_batches(config) > 0 ? 1 : length.epochs.value_or(options.epochs);
  options.steps_per_epoch = length.limit_train_batches;
  const bool validates = valid.size() > 0;
  if (validates) options.validation = valid.batch(kValidationBatch);
  options.callbacks = callbacks;
  for (train::CallbackRef& watcher : watchers(config, validates))
    options.callbacks.push_back(std::move(watcher));
  options.accept_changed_data = read<DataOptions>(config).accept_changed_data;
  return options;
}

std::string best_figure(const Config& config, bool validates) {
  const auto early = read<EarlyStoppingKeys>(config);
  const std::string chosen = read<CheckpointKeys>(config).monitor.value_or("");
  if (!early.patience || !early.restore_best) return chosen;
  const std::string monitor = monitor_of(early, validates);
  if (chosen.empty() || chosen == monitor) return monitor;
  config.refuse("callbacks.checkpoint.monitor",
                fmt::format("{}, by which restore_best chooses the best epoch", monitor));
}

train::CheckpointOptions checkpoint_options(const Config& config, bool validates, const Tell& tell) {
  const auto keys = read<CheckpointKeys>(config);
  train::CheckpointOptions options{.monitor = best_figure(config, validates),
                                   .every = keys.every,
                                   .keep = keys.keep,
                                   .on_error = keys.on_error};
  const auto early = read<EarlyStoppingKeys>(config);
  if (early.patience && early.restore_best) options.better = read<EarlyStoppingMode>(config).better();
  options.warn = [tell](const std::string& what) {
    tell(fmt::format("warning: {}; training goes on", what));
  };
  return options;
}

void check_settings(const Config& config, const train::Trainer& trainer, const data::Dataset& valid) {
  fit_options(config, valid);
  checkpoint_options(config, valid.size() > 0, {});
  const bool validates = valid.size() > 0;
  if (!validates && read<AidOptions>(config).limit_val_batches > 0)
    config.refuse("train.limit_val_batches",
                  "0: there are no validation samples; validation_split=0.1 makes some");
  const std::vector<std::string> names = trainer.figures(validates);
  if (const auto early = read<EarlyStoppingKeys>(config); early.patience)
    check_measured(config, "callbacks.early_stopping.monitor", monitor_of(early, validates), names);
  if (const auto plateau = read<PlateauKeys>(config); plateau.patience)
    check_measured(config, "callbacks.plateau.monitor", monitor_of(plateau, validates), names);
  if (const auto enough = read<StopAtKeys>(config); enough.value)
    check_measured(config, "callbacks.stop_at.monitor", monitor_of(enough, validates), names);
  if (const auto best = read<CheckpointKeys>(config).monitor)
    check_measured(config, "callbacks.checkpoint.monitor", *best, names);
}

}  // namespace luge::experiment
