#include "cli/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "core/nearest.h"
#include "luge/train/callbacks.h"

namespace luge::cli {
namespace {

// The figure a callback watches; a default that needs validation data watches the training's where there are
// none.
std::string monitor_of(const Arguments& arguments, const char* key, bool validates) {
  const std::string name = arguments.text(key);
  const auto is_default = [&](const Key& known) { return known.name == key && known.fallback == name; };
  const std::vector<Key> keys = training_keys();
  if (!validates && name.starts_with("val_") && std::any_of(keys.begin(), keys.end(), is_default)) return name.substr(4);
  return name;
}

// Those that end a training early.
std::vector<train::CallbackRef> watchers(const Arguments& arguments, bool validates) {
  std::vector<train::CallbackRef> all;
  if (arguments.has("callbacks.early_stopping.patience")) {
    all.push_back(train::early_stopping(
        {.monitor = monitor_of(arguments, "callbacks.early_stopping.monitor", validates),
         .patience = arguments.integer("callbacks.early_stopping.patience", 1),
         .min_delta = arguments.not_negative("callbacks.early_stopping.min_delta")}));
  }
  if (arguments.has("callbacks.stop_at.value")) {
    all.push_back(train::stop_at(monitor_of(arguments, "callbacks.stop_at.monitor", validates),
                                 arguments.number("callbacks.stop_at.value")));
  }
  return all;
}

train::CheckpointOptions checkpoint_options(const Arguments& arguments) {
  train::CheckpointOptions options;
  if (arguments.has("callbacks.checkpoint.monitor"))
    options.monitor = arguments.text("callbacks.checkpoint.monitor");
  options.every = arguments.integer("callbacks.checkpoint.every", 0);
  options.keep = arguments.integer("callbacks.checkpoint.keep", 1);
  if (arguments.choice("callbacks.checkpoint.on_error", {"stop", "warn"}) == "warn") {
    options.on_error = train::OnSaveError::warn;
    options.warn = [](const std::string& what) {
      fmt::print(stderr, "\nluge: warning: {}; training goes on\n", what);
    };
  }
  return options;
}

train::FitOptions fit_options(const Arguments& arguments, const TrainingData& data) {
  train::FitOptions options;
  options.epochs = arguments.integer("train.epochs", 1);
  options.steps_per_epoch = arguments.integer("train.limit_train_batches", 0);
  if (data.valid) options.validation = data.valid->batch(256);
  options.callbacks = {train::progress_bar(std::cerr),
                       train::stop_when([] { return signal_received() != 0; }, "interrupted")};
  for (train::CallbackRef& watcher : watchers(arguments, data.valid.has_value()))
    options.callbacks.push_back(std::move(watcher));
  return options;
}

std::string monitored(const train::History& history) {
  for (const char* name : {"val_accuracy", "val_loss"}) {
    for (const auto& [known, value] : history.epochs.back().logs) {
      if (known == name) return name;
    }
  }
  return "loss";
}

std::string logs_text(const train::Logs& logs) {
  std::string text;
  for (const auto& [name, value] : logs) text += fmt::format("  {} {:.4f}", name, value);
  return text;
}

nlohmann::ordered_json logs_json(const train::Logs& logs) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : logs) json[name] = value;
  return json;
}

void print_json(const train::History& history, const std::filesystem::path& run) {
  nlohmann::ordered_json json = {
      {"run", run.string()}, {"epochs", history.epochs.size()}, {"steps", history.steps}};
  if (!history.epochs.empty()) {
    const train::EpochRecord& best = history.best(monitored(history));
    json["best"] = {{"epoch", best.epoch + 1}};
    json["best"].update(logs_json(best.logs));
    json["metrics"] = logs_json(history.epochs.back().logs);
  }
  json["seconds"] = history.seconds;
  if (!history.stop_reason.empty()) json["stopped"] = history.stop_reason;
  fmt::print("{}\n", json.dump());
}

void print_table(const train::History& history, const std::filesystem::path& run, const TrainingData& data) {
  fmt::print("run    {}\n", run.string());
  if (!history.epochs.empty()) {
    const std::string monitor = monitored(history);
    const train::EpochRecord& best = history.best(monitor);
    fmt::print("best   epoch {} by {}:{}\n", best.epoch + 1, monitor, logs_text(best.logs));
    fmt::print("last   epoch {}:{}\n", history.epochs.back().epoch + 1,
               logs_text(history.epochs.back().logs));
  }
  fmt::print("time   {:.1f}s for {} steps\n", history.seconds, history.steps);
  if (!history.stop_reason.empty()) fmt::print("ended  {}\n", history.stop_reason);
  fmt::print("Next:\n");
  if (history.interrupted) fmt::print("  {} resume run={}\n", program(), run.string());
  fmt::print("  {} eval run={}\n", program(), run.string());
  if (data.whole.train.info().input.shape.rank() == 3) {
    fmt::print("  {0} data {1} to=samples count=10\n  {0} predict run={2} input=samples\n", program(),
               data.whole.name, run.string());
  } else {
    fmt::print("  {} predict run={} input=FILE.csv\n", program(), run.string());
  }
}

}  // namespace

void check_settings(const Arguments& arguments, const train::Trainer& trainer, const TrainingData& data) {
  fit_options(arguments, data);
  checkpoint_options(arguments);
  const bool validates = data.valid.has_value();
  const std::vector<std::string> names = trainer.figures(validates);
  const auto check = [&](const char* key, const std::string& monitor) {
    if (std::find(names.begin(), names.end(), monitor) != names.end()) return;
    throw Misuse(fmt::format("luge {}: {}={} is not measured{}", arguments.command(), arguments.shown(key),
                             monitor, suggestion(monitor, names)));
  };
  for (const auto& [switched, key] :
       {std::pair{"callbacks.early_stopping.patience", "callbacks.early_stopping.monitor"},
        std::pair{"callbacks.stop_at.value", "callbacks.stop_at.monitor"},
        std::pair{"callbacks.checkpoint.monitor", "callbacks.checkpoint.monitor"}}) {
    if (arguments.has(switched)) check(key, monitor_of(arguments, key, validates));
  }
}

int train_and_report(const Arguments& arguments, Setup& setup, const TrainingData& data,
                     const std::filesystem::path& run) {
  train::FitOptions options = fit_options(arguments, data);
  options.callbacks.push_back(train::checkpoint(run, checkpoint_options(arguments)));
  const train::History history = setup.trainer.fit(data.batches, options);
  arguments.json() ? print_json(history, run) : print_table(history, run, data);
  if (const int signal = signal_received()) {
    fmt::print(stderr, "luge: {}; `{} resume run={}` goes on from step {}\n", signal_text(signal), program(),
               run.string(), setup.trainer.position().total_steps);
    throw Stopped{signal};
  }
  return 0;
}

}  // namespace luge::cli
