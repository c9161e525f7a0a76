#include "cli/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "experiment/near_zero.h"
#include "experiment/run_report.h"
#include "experiment/runs.h"
#include "experiment/watching_options.h"
#include "luge/data/picture_fields.h"
#include "luge/train/callbacks.h"
#include "luge/train/checkpoint_info.h"

namespace luge::cli {
namespace {

// Whether the cursor may be in a line of the progress bar.
bool in_progress = false;

// Prints a line before the first step if there is one.
class Announce final : public train::Callback {
 public:
  explicit Announce(std::string line) : line_(std::move(line)) {}
  void epoch_begin(train::Fit&) override {
    if (!line_.empty()) tell_aside("{}\n", line_);
    line_.clear();
    in_progress = true;
  }
  void train_end(train::Fit&) override { in_progress = false; }

 private:
  std::string line_;
};

// Where a resumption would begin: not where the training is when that could not be saved.
std::int64_t saved_steps(const std::filesystem::path& run) {
  for (const std::filesystem::path& file : experiment::checkpoints_of(run)) {
    try {
      if (const auto info = train::checkpoint_info(file.string())) return info->position.total_steps;
    } catch (const Error&) {
      continue;  // resume says what is wrong with it
    }
  }
  return 0;
}

std::string logs_text(const train::Logs& logs) {
  std::string text;
  for (const auto& [name, value] : logs) text += fmt::format("  {} {:.4f}", name, value);
  return text;
}

// The weights of a training that a penalty makes smaller, as they are at its end.
std::optional<experiment::NearZero> penalized(const experiment::Run& run) {
  if (run.config().all_chosen("regularizer").empty()) return std::nullopt;
  return experiment::near_zero(run.trainer().net());
}

// new_steps are those of this call, which is what its seconds belong to.
void report_json(const experiment::Run& run, const experiment::Report& report) {
  const train::History& history = report.history;
  const std::optional<experiment::Best>& best = report.best;
  nlohmann::ordered_json json = {
      {"run", report.folder.string()}, {"epochs", history.epochs.size()}, {"steps", history.steps}};
  if (best) {
    json["best"] = {{"epoch", best->epoch.epoch + 1}};
    json["best"].update(logs_json(best->epoch.logs));
  }
  if (!history.epochs.empty()) {
    json["metrics"] = logs_json(history.epochs.back().logs);
  }
  json["new_steps"] = report.new_steps;
  json["seconds"] = history.seconds;
  if (const auto found = penalized(run)) {
    json["weights"] = {
        {"count", found->weights}, {"near_zero", found->near}, {"threshold", experiment::kNearZero}};
  }
  if (!history.stop_reason.empty()) json["stopped"] = history.stop_reason;
  print_json(json);
}

void print_table(const experiment::Run& run, const experiment::Report& report) {
  const train::History& history = report.history;
  const std::optional<experiment::Best>& best = report.best;
  fmt::print("run    {}\n", report.folder.string());
  if (best) {
    fmt::print("best   epoch {} by {}:{}\n", best->epoch.epoch + 1, best->monitor,
               logs_text(best->epoch.logs));
  }
  if (!history.epochs.empty()) {
    fmt::print("last   epoch {}:{}\n", history.epochs.back().epoch + 1,
               logs_text(history.epochs.back().logs));
  }
  if (const auto found = penalized(run)) {
    fmt::print("zeros  {} of {} weights are within {} of 0\n", found->near, found->weights,
               experiment::kNearZero);
  }
  fmt::print("time   {:.1f}s for {} steps{}\n", history.seconds, report.new_steps,
             report.new_steps == history.steps ? "" : fmt::format(", {} with those before", history.steps));
  if (!history.stop_reason.empty()) fmt::print("ended  {}\n", history.stop_reason);
  fmt::print("Next:\n");
  const std::string shown_run = shell_word(report.folder.string());
  if (history.interrupted) fmt::print("  {} resume run={}\n", program(), shown_run);
  fmt::print("  {} eval run={}\n", program(), shown_run);
  print_predict(run.data(), run.config().text("data.name"), "run=" + shown_run);
}

}  // namespace

nlohmann::ordered_json logs_json(const train::Logs& logs) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : logs) json[name] = value;
  return json;
}

std::vector<train::CallbackRef> progress_of(const experiment::Config& config, std::string line) {
  constexpr std::int64_t kLines = 2;
  const std::int64_t verbose = experiment::read<experiment::TerminalOptions>(config).verbose;
  if (verbose == 0) return {};
  train::ProgressBarOptions options;
  if (verbose == kLines) options.terminal = false;
  return {std::make_shared<Announce>(std::move(line)), train::progress_bar(std::cerr, options)};
}

bool is_quiet(const experiment::Config& config) {
  return experiment::read<experiment::TerminalOptions>(config).verbose == 0;
}

void print_predict(const experiment::DataSet& data, const std::string& name, const std::string& net) {
  const data::Schema& fields = data.train.info().fields;
  const bool pictures = std::any_of(fields.begin(), fields.end(), [](const auto& field) {
    return (field.first == data::kInput || field.first == data::kImage) && field.second.shape.rank() == 3;
  });
  std::error_code ignored;
  if (pictures) {
    fmt::print("  {0} data {1} to=samples count=10\n  {0} predict {2} input=samples\n", program(),
               shell_word(name), net);
  } else if (std::filesystem::is_regular_file(name, ignored)) {  // the network finds its columns in it
    fmt::print("  {} predict {} input={}\n", program(), net, shell_word(name));
  } else if (fields.find("text")) {  // a file of texts, of which a folder has one for each class
    std::vector<std::string> files;
    for (const auto& each : std::filesystem::directory_iterator(name, ignored)) {
      const std::string own = each.path().filename().string();
      if (!own.starts_with(".") && !own.starts_with("README")) files.push_back(each.path().string());
    }
    if (files.empty()) return;
    const std::string first = *std::ranges::min_element(files);
    fmt::print("  {} predict {} input={}\n", program(), net, shell_word(first));
  }
}

experiment::Tell tell_person() {
  return [](const std::string& line) {
    const bool warns = line.starts_with("warning: ");
    tell_aside("{}{}{}\n", warns && in_progress ? "\n" : "", warns ? "luge: " : "", line);
  };
}

int train_and_report(const Arguments& arguments, const experiment::Run& run, const std::string& line) {
  std::vector<train::CallbackRef> callbacks = progress_of(run.config(), line);
  callbacks.push_back(train::stop_when([] { return signal_received() != 0; }, experiment::kStopped));
  const experiment::Report report = run.train(callbacks);
  arguments.json() ? report_json(run, report) : print_table(run, report);
  if (const int signal = signal_received()) {
    tell_aside("luge: {}; `{} resume run={}` goes on from step {}\n", signal_text(signal), program(),
               shell_word(report.folder.string()), saved_steps(report.folder));
    throw Stopped{signal, true};
  }
  return 0;
}

}  // namespace luge::cli
