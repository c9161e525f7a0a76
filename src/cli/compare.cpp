// luge compare: what differs between runs.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/training.h"
#include "experiment/option_keys.h"
#include "experiment/run_list.h"
#include "experiment/runs.h"
#include "io/run/run_directory.h"
#include "luge/io/model_file.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

using experiment::RunFacts;
using Json = nlohmann::ordered_json;

struct CompareOptions {
  static constexpr const char* table = "";
  std::vector<std::string> run;
  std::string dir = experiment::kRuns;
  static void fields(auto& self, auto&& field) {
    using namespace options;
    field("run", self.run, "folders of two runs or more, with commas between them; last is the newest",
          takes("folders of runs with commas between them"), elsewhere({"runs"}));
    field("dir", self.dir, "folder in which runs are looked for by their names");
  }
};

struct Compared {
  RunFacts facts;
  std::string name;
  std::optional<std::int64_t> parameters, trainable;  // of the network that it has saved
  double seconds_of_step() const {
    return facts.steps > 0 ? facts.seconds / static_cast<double>(facts.steps) : 0;
  }
};

// Folders of one name are told apart by their paths.
std::string name_of(const fs::path& run, const std::vector<fs::path>& all) {
  const auto same =
      std::ranges::count_if(all, [&](const fs::path& other) { return other.filename() == run.filename(); });
  return same > 1 ? run.string() : run.filename().string();
}

void count_parameters(Compared& one) {
  try {
    const fs::path file = experiment::model_file(one.facts.folder.string()).file;
    std::int64_t all = 0, trainable = 0;
    const nn::Loaded net = io::read_model(file.string()).net;
    for (const nn::NamedVariable& each : net.named_parameters()) {
      const std::int64_t count = each.variable.shape().elements();
      all += count;
      trainable += each.variable.trainable() ? count : 0;
    }
    one.parameters = all;
    one.trainable = trainable;
  } catch (const Error&) {  // nothing has been saved
  }
}

// One line of the table, and of the JSON document.
struct Line {
  std::string name;
  std::vector<std::string> values;
  bool differs() const {
    return std::ranges::any_of(values, [&](const std::string& each) { return each != values.front(); });
  }
};

// Whole names in the order of the first run that has them.
std::vector<Line> settings_of(const std::vector<Compared>& runs) {
  std::vector<Line> lines;
  for (const Compared& run : runs) {
    for (const auto& [key, value] : run.facts.settings) {
      if (std::ranges::find(lines, key, &Line::name) != lines.end()) continue;
      Line line{key, {}};
      for (const Compared& each : runs) line.values.push_back(each.facts.setting(key));
      lines.push_back(std::move(line));
    }
  }
  std::erase_if(lines, [](const Line& line) { return !line.differs(); });
  return lines;
}

std::vector<std::string> names_in(const std::vector<Compared>& runs, train::Logs RunFacts::*which) {
  std::vector<std::string> names;
  for (const Compared& run : runs) {
    for (const auto& [name, value] : run.facts.*which) {
      if (name.find('.') == name.npos && std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

void add_figures(std::vector<Line>& lines, const std::vector<Compared>& runs, const std::string& what,
                 train::Logs RunFacts::*which) {
  for (const std::string& name : names_in(runs, which)) {
    Line line{fmt::format("{} {}", what, name), {}};
    for (const Compared& run : runs) {
      const auto& logs = run.facts.*which;
      const auto found = std::ranges::find(logs, name, [](const auto& each) { return each.first; });
      line.values.push_back(found == logs.end() ? "" : fmt::format("{:.4f}", found->second));
    }
    lines.push_back(std::move(line));
  }
}

std::vector<Line> results_of(const std::vector<Compared>& runs) {
  std::vector<Line> lines;
  const auto add = [&](const std::string& name, const auto& value) {
    Line line{name, {}};
    for (const Compared& run : runs) line.values.push_back(value(run));
    if (std::ranges::any_of(line.values, [](const std::string& each) { return !each.empty(); }))
      lines.push_back(std::move(line));
  };
  const auto number = [](const auto& value) { return value ? std::to_string(*value) : std::string(); };
  add("status", [](const Compared& run) { return board::to_string(run.facts.status); });
  add("epochs", [](const Compared& run) { return std::to_string(run.facts.epochs); });
  add("best epoch", [](const Compared& run) {
    return run.facts.best_epoch > 0 ? std::to_string(run.facts.best_epoch) : "";
  });
  add_figures(lines, runs, "best", &RunFacts::best);
  add_figures(lines, runs, "last", &RunFacts::last);
  add("parameters", [&](const Compared& run) { return number(run.parameters); });
  add("trainable", [&](const Compared& run) { return number(run.trainable); });
  add("seconds", [](const Compared& run) {
    return run.facts.seconds > 0 ? fmt::format("{:.1f}", run.facts.seconds) : "";
  });
  add("ms of a step", [](const Compared& run) {
    return run.seconds_of_step() > 0 ? fmt::format("{:.3g}", 1e3 * run.seconds_of_step()) : "";
  });
  return lines;
}

void print(const std::vector<Compared>& runs, const std::vector<Line>& lines) {
  std::size_t first = 0;
  for (const Line& line : lines) first = std::max(first, line.name.size());
  std::vector<std::size_t> widths;
  for (std::size_t k = 0; k < runs.size(); ++k) {
    widths.push_back(runs[k].name.size());
    for (const Line& line : lines)
      widths[k] = std::max(widths[k], std::max<std::size_t>(1, line.values[k].size()));
  }
  const auto row = [&](const std::string& name, const auto& value) {
    std::string text = fmt::format("{:<{}}", name, first);
    for (std::size_t k = 0; k < runs.size(); ++k) text += fmt::format("  {:>{}}", value(k), widths[k]);
    fmt::print("{}\n", text);
  };
  row("", [&](std::size_t k) { return runs[k].name; });
  for (const Line& line : lines)
    row(line.name, [&](std::size_t k) { return line.values[k].empty() ? "-" : line.values[k]; });
}

Json json_of(const std::vector<Compared>& runs, const std::vector<Line>& settings) {
  Json json = {{"runs", Json::array()}, {"differences", Json::object()}};
  for (const Compared& run : runs) {
    Json one = {{"run", run.facts.folder.string()},  {"status", board::to_string(run.facts.status)},
                {"epochs", run.facts.epochs},        {"best_epoch", run.facts.best_epoch},
                {"best", logs_json(run.facts.best)}, {"last", logs_json(run.facts.last)},
                {"seconds", run.facts.seconds},      {"step_seconds", run.seconds_of_step()}};
    if (run.parameters) one["parameters"] = {{"total", *run.parameters}, {"trainable", *run.trainable}};
    json["runs"].push_back(std::move(one));
  }
  for (const Line& line : settings) json["differences"][line.name] = line.values;
  return json;
}

int compare(const Arguments& arguments) {
  const auto options = experiment::read<CompareOptions>(arguments);
  if (options.run.size() < 2)
    throw Misuse("luge compare: it needs two runs or more: run=runs/a,runs/b; luge runs lists them");
  std::vector<fs::path> folders;
  for (const std::string& name : options.run) {
    const fs::path folder = io::find_run(name, options.dir);
    if (std::ranges::find(folders, folder) != folders.end())
      arguments.refuse("run", fmt::format("each run once; {} is there twice", folder.string()));
    folders.push_back(folder);
  }
  std::vector<Compared> runs;
  for (const fs::path& folder : folders) {
    runs.push_back({experiment::run_facts(folder), name_of(folder, folders), {}, {}});
    count_parameters(runs.back());
  }
  const std::vector<Line> settings = settings_of(runs);
  if (arguments.json()) {
    print_json(json_of(runs, settings));
    return 0;
  }
  if (settings.empty()) {
    fmt::print("the configurations are equal\n");
  } else {
    print(runs, settings);
  }
  fmt::print("\n");
  print(runs, results_of(runs));
  return 0;
}

const Registration registration_compare({"compare",
                                         "what differs between runs, and their figures next to each other",
                                         {"compare run=RUN,RUN"},
                                         experiment::keys_of<CompareOptions>,
                                         0,
                                         compare});

}  // namespace
}  // namespace luge::cli
