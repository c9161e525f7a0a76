// luge plot: what runs have measured, or how a schedule changes the learning rate, as curves.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/schedule_curve.h"
#include "experiment/option_keys.h"
#include "experiment/run_curves.h"
#include "experiment/run_pictures.h"
#include "experiment/runs.h"
#include "io/run/run_directory.h"
#include "io/run/run_files.h"
#include "luge/draw/curves.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

struct PlotOptions {
  static constexpr const char* table = "";
  std::vector<std::string> run, metric;
  std::string schedule, to;
  std::int64_t steps = 1000;
  std::int64_t warmup_steps = 0;
  bool log = false;
  static void fields(auto& self, auto&& field) {
    field("run", self.run, "folder of a run, or several; last is the newest",
          options::takes("folders of runs with commas between them"));
    field("schedule", self.schedule, "a schedule in place of runs, such as cosine(floor=0.1)");
    field("steps", self.steps, "updates that the schedule is stretched over", options::at_least(1));
    field("warmup_steps", self.warmup_steps, "updates of its warm-up", options::at_least(0));
    field("metric", self.metric, "what is drawn, as in metrics.csv: loss, val_accuracy … (default: all)",
          options::elsewhere({"metrics"}));
    field("to", self.to, "file, .png or .svg (default: curves.png in the folder of the run)");
    field("log", self.log, "a logarithmic vertical axis");
  }
};

// Folders of one name in different folders are told apart by their paths.
std::string name_in_legend(const fs::path& run, const std::vector<fs::path>& runs) {
  const auto same = std::count_if(runs.begin(), runs.end(),
                                  [&](const fs::path& other) { return other.filename() == run.filename(); });
  return same > 1 ? run.string() : run.filename().string();
}

// Folds and members are runs below that of all of them.
std::vector<fs::path> trainings_in(const fs::path& run) {
  std::error_code error;
  std::vector<fs::path> all;
  if (!fs::exists(run / io::kMetricsFile, error)) {
    for (const io::RunInfo& below : io::list_runs(run)) all.insert(all.begin(), below.path);
  }
  return all.empty() ? std::vector{run} : all;
}

std::vector<fs::path> runs_of(const Arguments& arguments, const PlotOptions& options) {
  std::vector<fs::path> runs;
  for (const std::string& name : options.run) {
    if (name.empty()) arguments.refuse("run", "folders of runs with commas between them");
    const fs::path run = io::find_run(name, experiment::kRuns);
    for (const fs::path& one : trainings_in(run)) {
      if (std::find(runs.begin(), runs.end(), one) != runs.end())
        arguments.refuse("run", fmt::format("each run once; {} is there twice", one.string()));
      runs.push_back(one);
    }
  }
  return runs;
}

std::string target_of(const Arguments& arguments, const PlotOptions& options) {
  if (options.to.empty()) {
    if (options.run.size() > 1)
      throw Misuse(
          "luge plot: of several runs, to=FILE.png or to=FILE.svg says where the curves are written");
    return (io::find_run(options.run[0], experiment::kRuns) / experiment::kCurvesFile).string();
  }
  if (!draw::is_figure_name(options.to)) arguments.refuse("to", "a file name that ends with .png or .svg");
  return options.to;
}

// What is drawn: what was asked for, if all runs have measured it.
std::vector<std::string> metrics_of(const Arguments& arguments, const PlotOptions& options,
                                    const std::vector<experiment::RunHistory>& runs) {
  if (options.metric.empty()) return experiment::metrics_of(runs);
  for (const experiment::RunHistory& run : runs) {
    for (const std::string& metric : options.metric) {
      if (const std::string problem = experiment::not_measured(run, metric); !problem.empty())
        throw experiment::SettingError(fmt::format("{}: {}", arguments.said("metric"), problem));
    }
  }
  return options.metric;
}

int plot_schedule(const Arguments& arguments, const PlotOptions& options) {
  if (!options.run.empty() || !options.metric.empty())
    throw Misuse("luge plot: either runs or a schedule, not both");
  if (options.to.empty())
    throw Misuse("luge plot: of a schedule, to=FILE.png or to=FILE.svg says where the curve is written");
  const std::string file = target_of(arguments, options);
  const draw::Line line = schedule_curve(options.schedule, options.steps, options.warmup_steps);
  draw::curves({{.title = options.schedule, .lines = {line}, .x_label = "update", .log_y = options.log}},
               {.width = 640, .height = 400})
      .write(file);
  if (arguments.json()) {
    print_json({{"file", file}, {"schedule", options.schedule}});
    return 0;
  }
  fmt::print("{}: {}\n", file, options.schedule);
  return 0;
}

int plot(const Arguments& arguments) {
  const auto options = experiment::read<PlotOptions>(arguments);
  if (!options.schedule.empty()) return plot_schedule(arguments, options);
  if (options.run.empty()) throw Misuse("luge plot: it needs run=, such as run=last, or schedule=");
  const std::vector<fs::path> runs = runs_of(arguments, options);
  const std::string file = target_of(arguments, options);
  std::vector<experiment::RunHistory> histories;
  for (const fs::path& run : runs)
    histories.push_back({name_in_legend(run, runs), experiment::read_history(run)});
  const std::vector<std::string> metrics = metrics_of(arguments, options, histories);
  experiment::run_curves(histories, {.metrics = metrics, .log = options.log}).write(file);
  if (arguments.json()) {
    nlohmann::ordered_json json = {
        {"file", file}, {"runs", nlohmann::ordered_json::array()}, {"metrics", metrics}};
    for (const fs::path& run : runs) json["runs"].push_back(run.string());
    print_json(json);
    return 0;
  }
  fmt::print("{}: {}\n", file, fmt::join(metrics, ", "));
  return 0;
}

const Registration registration_plot({"plot",
                                      "the curves of one or several runs, or of a schedule, as a picture",
                                      {"plot run=last [to=curves.png]",
                                       "plot run=RUN,RUN metric=val_loss to=curves.svg",
                                       "plot schedule=NAME steps=1000 to=rate.png"},
                                      experiment::keys_of<PlotOptions>,
                                      0,
                                      plot});

}  // namespace
}  // namespace luge::cli
