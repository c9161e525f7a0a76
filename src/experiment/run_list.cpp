#include "experiment/run_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiment/run_curves.h"
#include "experiment/runs.h"
#include "experiment/toml_file.h"
#include "experiment/train_options.h"
#include "io/files/last_part.h"
#include "io/run/run_directory.h"
#include "io/run/run_files.h"
#include "io/run/run_owner.h"
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

// The callbacks that may end a training before all of its epochs.
bool may_end_early(const RunFacts& run) {
  const auto key = [](const char* table, const char* option) { return fmt::format("{}.{}", table, option); };
  return !run.setting(key(EarlyStoppingKeys::table, "patience")).empty() ||
         !run.setting(key(StopAtKeys::table, "value")).empty();
}

// A training that was stopped within an epoch; one that was stopped after it has an even step.
bool is_within_epoch(const fs::path& folder) {
  for (const fs::path& file : checkpoints_of(folder)) {
    try {
      const auto info = train::checkpoint_info(file.string());
      return info && info->position.step > 0;
    } catch (const Error&) {
      continue;
    }
  }
  return false;
}

RunStatus status_of(const RunFacts& run) {
  const io::Writer writer = io::writer_of(run.folder);
  if (writer == io::Writer::alive) return RunStatus::running;
  if (checkpoints_of(run.folder).empty()) return RunStatus::failed;
  if (run.wanted > 0 && run.epochs >= run.wanted) return RunStatus::finished;
  if (writer == io::Writer::dead || is_within_epoch(run.folder)) return RunStatus::interrupted;
  return run.wanted == 0 || may_end_early(run) ? RunStatus::finished : RunStatus::interrupted;
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

// A run of several is as far as the part of it that is least far.
RunStatus status_of_parts(const RunFacts& run, bool complete) {
  if (io::writer_of(run.folder) == io::Writer::alive) return RunStatus::running;
  const auto is = [&](RunStatus status) {
    return std::ranges::any_of(run.parts, [&](const RunFacts& part) { return part.status == status; });
  };
  if (is(RunStatus::running)) return RunStatus::running;
  if (std::ranges::all_of(run.parts, [](const auto& part) { return part.status == RunStatus::failed; }))
    return RunStatus::failed;
  return complete && !is(RunStatus::interrupted) && !is(RunStatus::failed) ? RunStatus::finished
                                                                           : RunStatus::interrupted;
}

}  // namespace

std::string to_string(RunStatus status) {
  switch (status) {
    case RunStatus::finished: return "finished";
    case RunStatus::running: return "running";
    case RunStatus::interrupted: return "interrupted";
    case RunStatus::failed: return "failed";
  }
  return {};
}

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
    run.status = status_of(run);
    return run;
  }
  run.best = mean_of(run.parts, &RunFacts::best);
  run.last = mean_of(run.parts, &RunFacts::last);
  for (const RunFacts& part : run.parts) {
    run.epochs += part.epochs;
    run.steps += part.steps;
    run.seconds += part.seconds;
  }
  std::int64_t count = 0;
  if (const std::string shares = run.setting("curve.shares"); !shares.empty()) {
    const std::string seeds = run.setting("curve.seeds");
    count = (1 + std::ranges::count(shares, ',')) * (seeds.empty() ? 1 : std::atoll(seeds.c_str())) *
            (run.setting("curve.scratch") == "true" ? 2 : 1);
  }
  for (const char* key : {"data.folds", "ensemble.members"}) {
    if (const std::string text = run.setting(key); !text.empty()) count = std::atoll(text.c_str());
  }
  run.wanted = 0;  // that of each part
  run.status = status_of_parts(run, static_cast<std::int64_t>(run.parts.size()) >= count);
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
