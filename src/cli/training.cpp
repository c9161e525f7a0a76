#include "cli/training.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/runs.h"
#include "luge/train/callbacks.h"
#include "luge/train/checkpoint_info.h"

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

// Prints a line before the first step of a training that has one.
class Announce final : public train::Callback {
 public:
  explicit Announce(std::string text) : text_(std::move(text)) {}
  void epoch_begin(train::Fit&) override {
    if (!text_.empty()) fmt::print(stderr, "{}\n", text_);
    text_.clear();
  }

 private:
  std::string text_;
};

// Where a resumption would begin: not where the training stands when that could not be saved.
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
      return Best{chosen ? arguments.text("callbacks.checkpoint.monitor") : train::default_monitor(history.columns),
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

void report_json(const train::History& history, const std::filesystem::path& run,
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
  json["seconds"] = history.seconds;
  if (!history.stop_reason.empty()) json["stopped"] = history.stop_reason;
  print_json(json);
}

void print_table(const train::History& history, const std::filesystem::path& run, const TrainingData& data,
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
                     const std::filesystem::path& run, const std::string& announcement) {
  train::FitOptions options;
  options.epochs = arguments.integer("train.epochs", 1);
  options.steps_per_epoch = arguments.integer("train.limit_train_batches", 0);
  if (data.valid) options.validation = data.valid->batch(256);
  options.accept_changed_data = arguments.flag("data.accept_changed_data");
  options.callbacks = callbacks_for(arguments, run, data.valid.has_value());
  options.callbacks.insert(options.callbacks.begin(), std::make_shared<Announce>(announcement));
  const train::History history = setup.trainer.fit(data.batches, options);
  const std::optional<Best> best = best_of(arguments, history, run);
  arguments.json() ? report_json(history, run, best) : print_table(history, run, data, best);
  if (const int signal = signal_received()) {
    fmt::print(stderr, "luge: stopped by signal {}; `luge resume run={}` goes on from step {}\n", signal,
               run.string(), saved_steps(run));
    throw Stopped{signal};
  }
  return 0;
}

}  // namespace luge::cli
