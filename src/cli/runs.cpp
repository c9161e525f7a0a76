// luge runs: a table of the runs in a folder, with their best figures.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/run_filter.h"
#include "cli/training.h"
#include "core/utf8.h"
#include "experiment/option_keys.h"
#include "experiment/run_list.h"
#include "experiment/runs.h"
#include "io/files/atomic_file.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

using experiment::RunFacts;
using Json = nlohmann::ordered_json;

struct RunsOptions {
  static constexpr const char* table = "";
  std::string dir = experiment::kRuns, sort, to;
  std::vector<std::string> filter, figures;
  std::optional<std::int64_t> count = {};
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("dir", self.dir, "folder of the runs");
    field("sort", self.sort,
          "a figure, the best run first, or a key of train, status, model, data, epochs, seconds (default: "
          "the newest first)",
          elsewhere({"order", "by"}));
    field("filter", self.filter,
          "conditions with commas between them, all of which hold: optimizer=adam, model=lenet*, "
          "val_accuracy>0.9",
          takes("conditions such as optimizer=adam or val_loss<0.5"), elsewhere({"where"}));
    field("figures", self.figures,
          "figures in the table (default: those of the validation, without those of single classes)",
          elsewhere({"metrics", "columns"}));
    field("count", self.count, "show this many runs at most", at_least(1), elsewhere({"limit", "top"}));
    field("to", self.to, "file for the table, .csv");
  }
};

// Those of the validation where there are some.
std::vector<std::string> figures_of(const std::vector<RunFacts>& runs) {
  std::vector<std::string> all, validation;
  for (const RunFacts& run : runs) {
    for (const auto& [name, value] : run.best.empty() ? run.last : run.best) {
      if (name.find('.') != name.npos) continue;
      auto& names = name.starts_with(train::kValidation) ? validation : all;
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return validation.empty() ? all : validation;
}

std::string epochs_text(const RunFacts& run) {
  return run.wanted > 0 ? fmt::format("{}/{}", run.epochs, run.wanted) : std::to_string(run.epochs);
}

std::string duration_text(double seconds) {
  if (seconds <= 0) return "";
  if (seconds < 60) return fmt::format("{:.1f}s", seconds);
  const auto whole = static_cast<std::int64_t>(seconds);
  return whole < 3600 ? fmt::format("{}m{:02}s", whole / 60, whole % 60)
                      : fmt::format("{}h{:02}m", whole / 3600, whole % 3600 / 60);
}

std::string parts_text(const RunFacts& run) {
  if (run.parts.empty()) return "";
  return fmt::format(" ({} parts)", run.parts.size());
}

std::string figure_text(const RunFacts& run, const std::string& name) {
  const auto value = experiment::figure_of(run, name);
  return value ? fmt::format("{:.4f}", *value) : "";
}

using Row = std::vector<std::string>;

void print_table(const std::vector<RunFacts>& runs, const std::vector<std::string>& figures) {
  Row head = {"run", "status", "epochs"};
  head.insert(head.end(), figures.begin(), figures.end());
  head.insert(head.end(), {"time", "model", "data"});
  std::vector<Row> rows = {head};
  for (const RunFacts& run : runs) {
    Row row = {run.folder.filename().string() + parts_text(run), board::to_string(run.status),
               epochs_text(run)};
    for (const std::string& name : figures) row.push_back(figure_text(run, name));
    row.insert(row.end(), {duration_text(run.seconds), run.model(), run.data()});
    rows.push_back(std::move(row));
  }
  std::vector<std::size_t> widths(head.size());
  for (const Row& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k)
      widths[k] = std::max(widths[k], fmt::formatted_size("{}", row[k]));
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t k = 0; k < row.size(); ++k) {
      const bool number = k >= 2 && k < 4 + figures.size();
      line +=
          number ? fmt::format("{:>{}}  ", row[k], widths[k]) : fmt::format("{:<{}}  ", row[k], widths[k]);
    }
    fmt::print("{}\n", line.substr(0, line.find_last_not_of(' ') + 1));
  }
}

// As RFC 4180 has it.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

void write_csv(const std::vector<RunFacts>& runs, const std::vector<std::string>& figures,
               const std::string& file) {
  std::string text = "run,status,epochs,steps,best_epoch";
  for (const std::string& name : figures) text += "," + cell(name);
  text += ",seconds,model,data,created\n";
  for (const RunFacts& run : runs) {
    text += fmt::format("{},{},{},{},{}", cell(run.folder.string()), board::to_string(run.status), run.epochs,
                        run.steps, run.best_epoch);
    for (const std::string& name : figures) {
      const auto value = experiment::figure_of(run, name);
      text += value ? fmt::format(",{}", *value) : ",";
    }
    text += fmt::format(",{:.3f},{},{},{}\n", run.seconds, cell(run.model()), cell(run.data()), run.created);
  }
  io::write_file(file, text);
}

Json json_of(const RunFacts& run) {
  Json json = {{"run", run.folder.string()}, {"status", board::to_string(run.status)},
               {"model", run.model()},       {"data", run.data()},
               {"epochs", run.epochs},       {"steps", run.steps},
               {"seconds", run.seconds},     {"created", run.created}};
  if (!run.reason.empty()) json["reason"] = run.reason;
  if (run.wanted > 0) json["wanted_epochs"] = run.wanted;
  if (!run.best.empty()) {
    json["best"] = Json::object();
    if (run.best_epoch > 0) json["best"]["epoch"] = run.best_epoch;
    json["best"].update(logs_json(run.best));
  }
  json["last"] = logs_json(run.last);
  if (!run.parts.empty()) {
    json["parts"] = Json::array();
    for (const RunFacts& part : run.parts) json["parts"].push_back(json_of(part));
  }
  return json;
}

int show_runs(const Arguments& arguments) {
  const auto options = experiment::read<RunsOptions>(arguments);
  if (!options.to.empty() && !options.to.ends_with(".csv"))
    arguments.refuse("to", "a file name that ends with .csv");
  std::error_code error;
  if (!fs::is_directory(options.dir, error))
    throw FileError(
        fmt::format("{}: there is no such folder; dir= names the folder of the runs", options.dir));
  std::vector<RunFacts> runs = filtered(arguments, experiment::runs_in(options.dir), options.filter);
  if (!options.sort.empty()) sort_runs(arguments, runs, options.sort);
  if (options.count && *options.count < static_cast<std::int64_t>(runs.size()))
    runs.resize(static_cast<std::size_t>(*options.count));
  std::vector<std::string> figures = options.figures.empty() ? figures_of(runs) : options.figures;
  if (!options.to.empty()) write_csv(runs, figures, options.to);
  if (arguments.json()) {
    Json json = {{"dir", options.dir}, {"runs", Json::array()}};
    for (const RunFacts& run : runs) json["runs"].push_back(json_of(run));
    print_json(json);
    return 0;
  }
  if (runs.empty()) {
    fmt::print("{}: no run{}\n", options.dir, options.filter.empty() ? "" : " for which filter= holds");
    return 0;
  }
  print_table(runs, figures);
  return 0;
}

const Registration registration_runs(
    {"runs",
     "the table of runs, with their best figures",
     {"runs [dir=runs] [sort=val_accuracy] [filter=optimizer=adam] [count=10]",
      "runs filter=\"model=lenet*,val_accuracy>0.9\" to=runs.csv"},
     experiment::keys_of<RunsOptions>,
     0,
     show_runs});

}  // namespace
}  // namespace luge::cli
