#include "cli/training.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/interrupt.h"
#include "luge/train/callbacks.h"

namespace luge::cli {
namespace {

train::ProgressBarOptions progress_options() {
  train::ProgressBarOptions options;
  options.terminal = ::isatty(STDERR_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  options.colour = options.terminal && !(no_colour && *no_colour);
  winsize size{};
  if (options.terminal && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    options.columns = size.ws_col;
  return options;
}

std::vector<train::CallbackRef> callbacks_for(const Arguments& arguments, const std::filesystem::path& run,
                                              bool validates) {
  std::vector<train::CallbackRef> all = {
      train::progress_bar(std::cerr, progress_options()),
      train::stop_when([] { return signal_received() != 0; }, "interrupted")};
  const auto monitor = [&](const char* key) {
    const std::string name = arguments.text(key);
    if (!validates && !arguments.given(key) && name.starts_with("val_")) return name.substr(4);
    return name;
  };
  if (arguments.has("callbacks.early_stopping.patience")) {
    all.push_back(
        train::early_stopping({.monitor = monitor("callbacks.early_stopping.monitor"),
                               .patience = arguments.integer("callbacks.early_stopping.patience", 1),
                               .min_delta = arguments.number("callbacks.early_stopping.min_delta")}));
  }
  if (arguments.has("callbacks.stop_at.value")) {
    all.push_back(
        train::stop_at(monitor("callbacks.stop_at.monitor"), arguments.number("callbacks.stop_at.value")));
  }
  train::CheckpointOptions checkpoint;
  if (arguments.has("callbacks.checkpoint.monitor"))
    checkpoint.monitor = arguments.text("callbacks.checkpoint.monitor");
  checkpoint.every = arguments.integer("callbacks.checkpoint.every", 0);
  checkpoint.keep = arguments.integer("callbacks.checkpoint.keep", 1);
  if (arguments.choice("callbacks.checkpoint.on_error", {"stop", "warn"}) == "warn") {
    checkpoint.on_error = train::OnSaveError::warn;
    checkpoint.warn = [](const std::string& what) {
      fmt::print(stderr, "\nluge: warning: {}; training goes on\n", what);
    };
  }
  all.push_back(train::checkpoint(run, checkpoint));
  return all;
}

std::string monitored(const train::History& history) {
  const std::string name = train::default_monitor(history.columns);
  return name.empty() ? "loss" : name;
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
  if (history.interrupted) fmt::print("  luge resume run={}\n", run.string());
  fmt::print("  luge eval run={}\n", run.string());
  if (data.whole.train.info().input.shape.rank() == 3) {
    fmt::print("  luge data {} to=samples count=10\n  luge predict run={} input=samples\n", data.whole.name,
               run.string());
  } else {
    fmt::print("  luge predict run={} input=FILE.csv\n", run.string());
  }
}

}  // namespace

int train_and_report(const Arguments& arguments, Setup& setup, const TrainingData& data,
                     const std::filesystem::path& run) {
  train::FitOptions options;
  options.epochs = arguments.integer("train.epochs", 1);
  options.steps_per_epoch = arguments.integer("train.limit_train_batches", 0);
  if (data.valid) options.validation = data.valid->batch(256);
  options.callbacks = callbacks_for(arguments, run, data.valid.has_value());
  const train::History history = setup.trainer.fit(data.batches, options);
  arguments.json() ? print_json(history, run) : print_table(history, run, data);
  if (const int signal = signal_received()) {
    fmt::print(stderr, "luge: stopped by signal {}; `luge resume run={}` goes on from step {}\n", signal,
               run.string(), setup.trainer.position().total_steps);
    throw Stopped{signal};
  }
  return 0;
}

}  // namespace luge::cli
