#include "experiment/run_curves.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/nearest.h"
#include "io/run/run_files.h"
#include "luge/draw/curves.h"
#include "luge/error.h"

namespace luge::experiment {
namespace {

constexpr const char* kRate = "learning_rate";

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

bool rate_changes(const train::History& history) {
  return std::any_of(history.epochs.begin(), history.epochs.end(), [&](const train::EpochRecord& epoch) {
    return epoch.learning_rate != history.epochs.front().learning_rate;
  });
}

std::vector<std::string> measured_by(const train::History& history) {
  std::vector<std::string> names;
  for (const train::EpochRecord& epoch : history.epochs) {
    for (const auto& [name, value] : epoch.logs) add_once(names, name);
  }
  return names;
}

std::string without_prefix(const std::string& metric) {
  return metric.starts_with(train::kValidation) ? metric.substr(train::kValidation.size()) : metric;
}

// Epochs in which it was not measured are gaps.
draw::Line line_of(const train::History& history, const std::string& metric, std::string label) {
  draw::Line line{.label = std::move(label), .y = {}};
  for (const train::EpochRecord& epoch : history.epochs) {
    const auto found = std::find_if(epoch.logs.begin(), epoch.logs.end(),
                                    [&](const auto& each) { return each.first == metric; });
    line.y.push_back(metric == kRate             ? epoch.learning_rate
                     : found != epoch.logs.end() ? found->second
                                                 : std::numeric_limits<double>::quiet_NaN());
  }
  return line;
}

// Where a stage begins.
std::vector<draw::Mark> stages_of(const train::History& history) {
  std::vector<draw::Mark> marks;
  for (std::size_t i = 0; i < history.epochs.size(); ++i) {
    const std::string& stage = history.epochs[i].stage;
    if (!stage.empty() && (i == 0 || stage != history.epochs[i - 1].stage))
      marks.push_back({static_cast<double>(i) + 0.5, stage});
  }
  return marks;
}

// The panel that has this title.
draw::Panel& panel_of(std::vector<draw::Panel>& panels, const std::string& title, bool log) {
  const auto found =
      std::find_if(panels.begin(), panels.end(), [&](const auto& p) { return p.title == title; });
  if (found != panels.end()) return *found;
  panels.push_back({.title = title, .lines = {}, .x_label = "epoch", .log_y = log});
  return panels.back();
}

std::vector<draw::Panel> panels_of_one(const RunHistory& run, const std::vector<std::string>& metrics,
                                       bool log) {
  std::vector<draw::Panel> panels;
  for (const std::string& metric : metrics) {
    const bool validation = metric.starts_with(train::kValidation);
    draw::Panel& panel = panel_of(panels, without_prefix(metric), log);
    panel.lines.push_back(line_of(run.history, metric, validation ? "validation" : "training"));
    panel.marks = stages_of(run.history);
  }
  return panels;
}

std::vector<draw::Panel> panels_of_several(const std::vector<RunHistory>& runs,
                                           const std::vector<std::string>& metrics, bool log) {
  std::vector<draw::Panel> panels;
  for (const std::string& metric : metrics) {
    draw::Panel& panel = panel_of(panels, metric, log);
    for (const RunHistory& run : runs) panel.lines.push_back(line_of(run.history, metric, run.name));
  }
  return panels;
}

double number(const nlohmann::json& row, const char* key) {
  const auto found = row.find(key);
  return found != row.end() && found->is_number() ? found->get<double>() : 0.0;
}

}  // namespace

train::History read_history(const std::filesystem::path& run) {
  train::History history;
  std::ifstream file(run / io::kMetricsFile);
  for (std::string line; std::getline(file, line);) {
    const auto row = nlohmann::ordered_json::parse(line, nullptr, false);
    if (!row.is_object()) continue;
    train::EpochRecord epoch;
    epoch.epoch = static_cast<std::int64_t>(number(row, "epoch")) - 1;
    epoch.step = static_cast<std::int64_t>(number(row, "step"));
    epoch.seconds = number(row, "seconds");
    epoch.learning_rate = number(row, kRate);
    if (const auto stage = row.find("stage"); stage != row.end() && stage->is_string())
      epoch.stage = stage->get<std::string>();
    for (const auto& [name, value] : row.items()) {
      constexpr const char* kOthers[] = {"stage", "epoch", "step", "seconds", kRate};
      if (std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers)) continue;
      epoch.logs.emplace_back(
          name, value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN());
    }
    history.epochs.push_back(std::move(epoch));
  }
  if (history.epochs.empty())
    throw FileError(
        fmt::format("{}: no epoch has been measured (there is none in metrics.jsonl)", run.string()));
  return history;
}

namespace {

// "f1.cat": drawn where it is asked for. Ten classes and three such metrics would be thirty pictures.
bool is_of_one_class(const std::string& metric) { return metric.find('.') != std::string::npos; }

}  // namespace

std::vector<std::string> metrics_of(const std::vector<RunHistory>& runs) {
  std::vector<std::string> names;
  for (const RunHistory& run : runs) {
    for (const std::string& name : measured_by(run.history)) {
      if (!is_of_one_class(name)) add_once(names, name);
    }
  }
  if (std::any_of(runs.begin(), runs.end(), [](const auto& run) { return rate_changes(run.history); }))
    names.emplace_back(kRate);
  return names;
}

std::string not_measured(const RunHistory& run, const std::string& metric) {
  std::vector<std::string> names = measured_by(run.history);
  add_once(names, kRate);
  if (std::find(names.begin(), names.end(), metric) != names.end()) return "";
  return fmt::format("{} has not measured '{}'{}; it has measured {}", run.name, metric,
                     suggestion(metric, names), fmt::join(names, ", "));
}

draw::Figure run_curves(const std::vector<RunHistory>& runs, const CurveOptions& options) {
  const std::vector<std::string> metrics = options.metrics.empty() ? metrics_of(runs) : options.metrics;
  const bool one = runs.size() == 1;
  const std::vector<draw::Panel> panels =
      one ? panels_of_one(runs[0], metrics, options.log) : panels_of_several(runs, metrics, options.log);
  const bool large = panels.size() == 1;
  return draw::curves(
      panels,
      {.title = one ? runs[0].name : "", .width = large ? 640.0 : 400.0, .height = large ? 380.0 : 280.0});
}

}  // namespace luge::experiment
