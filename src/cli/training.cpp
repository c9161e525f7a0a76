#include "cli/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/keys.h"
#include "cli/output.h"
#include "cli/runs.h"
#include "cli/setup.h"
#include "cli/training_data.h"
#include "core/nearest.h"
#include "luge/train/callbacks.h"
#include "luge/train/checkpoint_info.h"

namespace luge::cli {
namespace {

// The figure a callback watches; a default that needs validation data watches the training's where there are
// none.
std::string monitor_of(const Arguments& arguments, const char* key, bool validates) {
  const std::string name = arguments.text(key);
  const auto is_default = [&](const Key& known) { return known.name == key && known.fallback == name; };
  const std::vector<Key> keys = training_keys();
  if (!validates && name.starts_with("val_") && std::any_of(keys.begin(), keys.end(), is_default))
    return name.substr(4);
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

// Does what is due when the training was not refused, and prints a line before its first step if there is
// one.
class Announce final : public train::Callback {
 public:
  explicit Announce(const Beginning& beginning) : text_(beginning.line), accepted_(beginning.accepted) {}
  void train_begin(train::Fit&) override {
    if (accepted_) accepted_();
  }
  void epoch_begin(train::Fit&) override {
    if (!text_.empty()) fmt::print(stderr, "{}\n", text_);
    text_.clear();
  }

 private:
  std::string text_;
  std::function<void()> accepted_;
};

// Where a resumption would begin: not where the training is when that could not be saved.
std::int64_t saved_steps(const std::filesystem::path& run) {
  for (const std::filesystem::path& file : checkpoints_of(run)) {
    try {
      if (const auto info = train::checkpoint_info(file.string())) return info->position.total_steps;
    } catch (const Error&) {
      continue;  // resume says what is wrong with it
    }
  }
  return 0;
}

struct Best {
  std::string monitor;
  train::EpochRecord epoch;
};

// The epoch whose network best.safetensors holds, as the file itself tells: the best one measured may be one
// that could not be written. Without such a file, the best by the loss.
std::optional<Best> best_of(const Arguments& arguments, const train::History& history,
                            const std::filesystem::path& run) {
  const std::filesystem::path file = run / "checkpoints" / "best.safetensors";
  std::error_code error;
  if (std::filesystem::exists(file, error)) {
    try {
      const auto info = train::checkpoint_info(file.string());
      if (!info || info->history.epochs.empty()) return std::nullopt;
      const train::EpochRecord& epoch = info->history.epochs.back();
      const bool chosen = arguments.has("callbacks.checkpoint.monitor");
      return Best{
          chosen ? arguments.text("callbacks.checkpoint.monitor") : train::default_monitor(history.columns),
          epoch};
    } catch (const Error& problem) {
      fmt::print(stderr, "luge: warning: {}\n", problem.what());
      return std::nullopt;
    }
  }
  if (history.epochs.empty()) return std::nullopt;
  return Best{"loss", history.best("loss")};
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

// `new_steps`: those of this call, which is what its seconds belong to.
void report_json(const train::History& history, std::int64_t new_steps, const std::filesystem::path& run,
                 const std::optional<Best>& best) {
  nlohmann::ordered_json json = {
      {"run", run.string()}, {"epochs", history.epochs.size()}, {"steps", history.steps}};
  if (best) {
    json["best"] = {{"epoch", best->epoch.epoch + 1}};
    json["best"].update(logs_json(best->epoch.logs));
  }
  if (!history.epochs.empty()) {
    json["metrics"] = logs_json(history.epochs.back().logs);
  }
  json["new_steps"] = new_steps;
  json["seconds"] = history.seconds;
  if (!history.stop_reason.empty()) json["stopped"] = history.stop_reason;
  print_json(json);
}

void print_table(const Arguments& arguments, const train::History& history, std::int64_t new_steps,
                 const std::filesystem::path& run, const TrainingData& data,
                 const std::optional<Best>& best) {
  fmt::print("run    {}\n", run.string());
  if (best) {
    fmt::print("best   epoch {} by {}:{}\n", best->epoch.epoch + 1, best->monitor,
               logs_text(best->epoch.logs));
  }
  if (!history.epochs.empty()) {
    fmt::print("last   epoch {}:{}\n", history.epochs.back().epoch + 1,
               logs_text(history.epochs.back().logs));
  }
  fmt::print("time   {:.1f}s for {} steps{}\n", history.seconds, new_steps,
             new_steps == history.steps ? "" : fmt::format(", {} with those before", history.steps));
  if (!history.stop_reason.empty()) fmt::print("ended  {}\n", history.stop_reason);
  fmt::print("Next:\n");
  const std::string shown_run = shell_word(run.string());
  if (history.interrupted) fmt::print("  {} resume run={}\n", program(), shown_run);
  fmt::print("  {} eval run={}\n", program(), shown_run);
  if (data.whole.train.info().input().shape.rank() == 3) {
    fmt::print("  {0} data {1} to=samples count=10\n  {0} predict run={2} input=samples\n", program(),
               shell_word(arguments.text("data.name")), shown_run);
  } else {
    fmt::print("  {} predict run={} input=FILE.csv\n", program(), shown_run);
  }
}

}  // namespace

void check_settings(const Arguments& arguments, const train::Trainer& trainer, const TrainingData& data) {
  fit_options(arguments, data);
  checkpoint_options(arguments);
  table_format(arguments);
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
                     const std::filesystem::path& run, const Beginning& beginning) {
  train::FitOptions options = fit_options(arguments, data);
  options.accept_changed_data = arguments.flag("data.accept_changed_data");
  options.callbacks.insert(options.callbacks.begin(), std::make_shared<Announce>(beginning));
  options.callbacks.push_back(train::checkpoint(run, checkpoint_options(arguments)));
  const std::int64_t before = setup.trainer.position().total_steps;
  const train::History history = setup.trainer.fit(data.batches, options);
  const std::int64_t new_steps = history.steps - before;
  const std::optional<Best> best = best_of(arguments, history, run);
  arguments.json() ? report_json(history, new_steps, run, best)
                   : print_table(arguments, history, new_steps, run, data, best);
  if (const int signal = signal_received()) {
    fmt::print(stderr, "luge: {}; `{} resume run={}` goes on from step {}\n", signal_text(signal), program(),
               shell_word(run.string()), saved_steps(run));
    throw Stopped{signal, true};
  }
  return 0;
}

}  // namespace luge::cli
