#include "experiment/run_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiment/run_curves.h"
#include "experiment/runs.h"
#include "experiment/toml_file.h"
#include "io/files/last_part.h"
#include "io/run/run_directory.h"
#include "io/run/run_files.h"
#include "luge/error.h"
#include "luge/metrics/host_metric.h"
#include "luge/train/checkpoint_info.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

void read_settings_into(RunFacts& run) {
  try {
    for (const TomlSetting& each : read_settings((run.folder / io::kConfigFile).string()).settings) {
      if (each.value) run.settings.emplace_back(each.key, options::text(*each.value));
    }
  } catch (const Error&) {  // a program's run has none, and one that cannot be read is shown without
  }
}

void read_epochs(RunFacts& run) {
  try {
    const train::History history = read_history(run.folder);
    run.epochs = static_cast<std::int64_t>(history.epochs.size());
    run.last = history.epochs.back().logs;
    run.steps = history.epochs.back().step;
    for (const train::EpochRecord& epoch : history.epochs) run.seconds += epoch.seconds;
  } catch (const Error&) {
    return;  // none has been measured
  }
  try {
    const auto best = train::checkpoint_info(best_checkpoint(run.folder).string());
    if (!best || best->history.epochs.empty()) return;
    run.best = best->history.epochs.back().logs;
    run.best_epoch = best->history.epochs.back().epoch + 1;
  } catch (const Error&) {  // there is none without validation
  }
}

void set_state(RunFacts& run) {
  const auto folder = board::Folder::open(run.folder);
  if (!folder) return;  // it was deleted meanwhile
  board::RunSigns signs = board::read_signs(*folder);
  signs.epochs = run.epochs;
  signs.planned = run.wanted;
  for (const RunFacts& part : run.parts) signs.parts.push_back({part.status, part.reason});
  const board::RunState state = board::run_state(signs);
  run.status = state.status;
  run.reason = state.reason;
}

// Means of what all parts have measured.
train::Logs mean_of(const std::vector<RunFacts>& parts, train::Logs RunFacts::*which) {
  train::Logs mean;
  for (const auto& [name, first] : parts.front().*which) {
    double sum = 0;
    std::size_t count = 0;
    for (const RunFacts& part : parts) {
      const auto found = std::ranges::find(part.*which, name, [](const auto& each) { return each.first; });
      if (found != (part.*which).end()) sum += found->second, ++count;
    }
    if (count == parts.size()) mean.emplace_back(name, sum / static_cast<double>(count));
  }
  return mean;
}

}  // namespace

std::string RunFacts::setting(const std::string& key) const {
  const auto found = std::ranges::find(settings, key, [](const auto& each) { return each.first; });
  return found == settings.end() ? "" : found->second;
}

std::string RunFacts::model() const {
  const std::string name = setting("model.name");
  return io::last_part(name.empty() ? folder.string() : name);
}

std::string RunFacts::data() const { return io::last_part(setting("data.name")); }

RunFacts run_facts(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw FileError(fmt::format("{}: there is no such folder", folder.string()));
  RunFacts run{.folder = folder};
  read_settings_into(run);
  const std::string wanted = run.setting("train.epochs");
  if (!wanted.empty()) run.wanted = std::atoll(wanted.c_str());
  for (const io::RunInfo& below : io::list_runs(folder)) {
    run.parts.push_back(run_facts(below.path));
    run.parts.back().sequence = below.sequence;
    run.parts.back().created = below.created;
  }
  std::ranges::reverse(run.parts);  // in their order
  read_epochs(run);
  if (run.parts.empty()) {
    set_state(run);
    return run;
  }
  run.best = mean_of(run.parts, &RunFacts::best);
  run.last = mean_of(run.parts, &RunFacts::last);
  for (const RunFacts& part : run.parts) {
    run.epochs += part.epochs;
    run.steps += part.steps;
    run.seconds += part.seconds;
  }
  run.wanted = 0;  // that of each part
  set_state(run);
  return run;
}

std::vector<RunFacts> runs_in(const fs::path& base) {
  std::vector<RunFacts> all;
  for (const io::RunInfo& info : io::list_runs(base)) {
    all.push_back(run_facts(info.path));
    all.back().sequence = info.sequence;
    all.back().created = info.created;
  }
  return all;
}

metrics::Better better_of(const std::string& figure) {
  std::string name = figure;
  for (const std::string_view prefix :
       {std::string_view("held_out_"), std::string_view("weighted_"), train::kValidation}) {
    if (name.starts_with(prefix)) name.erase(0, prefix.size());
  }
  try {
    if (const auto better = metrics::named(name).better()) return *better;
  } catch (const Error&) {  // of the host, or a loss
  }
  try {
    for (const metrics::Figure& each : metrics::host_named(name).figures()) {
      if (each.name == name) return each.better;
    }
  } catch (const Error&) {  // a loss, or a figure of a program
  }
  return metrics::Better::lower;
}

std::optional<double> figure_of(const RunFacts& run, const std::string& figure) {
  for (const train::Logs* logs : {&run.best, &run.last}) {
    for (const auto& [name, value] : *logs) {
      if (name == figure) return value;
    }
  }
  return std::nullopt;
}

}  // namespace luge::experiment
