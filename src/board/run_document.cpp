#include "board/run_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <sstream>

#include "board/run_config.h"
#include "board/run_events.h"
#include "core/base64.h"
#include "io/run/run_files.h"
#include "luge/error.h"

namespace luge::board {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostConfig = 1u << 20;
constexpr std::size_t kMostPicture = 4u << 20;
constexpr int kDeepest = 2;  // folds of a run have no folds

// One of the run's files, and what is wrong with it.
class Reader {
 public:
  explicit Reader(const Folder& folder) : folder_(folder) {}

  Json object(const char* name) {
    const auto text = folder_.read(name);
    if (!text) return Json::object();
    Json json = Json::parse(*text, nullptr, false);
    if (json.is_object()) return json;
    problems.push_back(fmt::format("{}: is not a JSON object; it may be half written", name));
    return Json::object();
  }

  Json epochs() {
    Json rows = Json::array();
    std::istringstream lines(folder_.read(io::kMetricsFile).value_or(""));
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      Json row = Json::parse(line, nullptr, false);
      if (row.is_object()) {
        rows.push_back(std::move(row));
      } else {
        problems.push_back(fmt::format("{}, line {}: is not a JSON object; it may be half written",
                                       io::kMetricsFile, number));
      }
    }
    return rows;
  }

  Json config() {
    const auto text = folder_.read(io::kConfigFile, kMostConfig);
    if (!text) return Json::array();
    try {
      return config_json(*text, io::kConfigFile);
    } catch (const Error& error) {
      problems.push_back(error.what());
      return Json::array();
    }
  }

  Json problems = Json::array();

 private:
  const Folder& folder_;
};

// "key = value" lines, as .luge-run has them.
std::string word_of(const std::string& text, std::string_view key) {
  std::istringstream lines(text);
  std::string word, equals, value;
  while (lines >> word >> equals >> value) {
    if (word == key) return value;
  }
  return "";
}

std::int64_t whole_of(const std::string& text, std::string_view key) {
  const std::string word = word_of(text, key);
  return word.empty() ? 0 : std::strtoll(word.c_str(), nullptr, 10);
}

Json flat(const Json& list) {
  Json config = Json::object();
  for (const Json& each : list) config[each["key"].get<std::string>()] = each["value"];
  return config;
}

const Json* find(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

double number(const Json& object, const char* key) {
  const Json* found = find(object, key);
  return found && found->is_number() ? found->get<double>() : 0;
}

Json copy_or(const Json& object, const char* key, Json otherwise) {
  const Json* found = find(object, key);
  return found && !found->is_null() ? *found : std::move(otherwise);
}

// Where the run does not say it: the default of trainings.
struct Monitor {
  std::string name;
  bool higher;
};
Monitor monitor_of(const Json& status, const Json& epochs) {
  const Json* named = find(status, "monitor");
  if (named && named->is_string() && !named->get<std::string>().empty())
    return {named->get<std::string>(), copy_or(status, "higher", true) == Json(true)};
  for (const Monitor& each : {Monitor{"val_accuracy", true}, Monitor{kValidationLoss, false}}) {
    if (!epochs.empty() && epochs.back().contains(each.name)) return each;
  }
  return {"loss", false};
}

// As train::History::best: of equal epochs the one with the lower validation loss.
Json best_epoch(const Json& epochs, const Monitor& monitor) {
  const std::string loss(kValidationLoss);
  const auto value = [&](const Json& row, const std::string& name) {
    const Json* found = find(row, name.c_str());
    return found && found->is_number() ? found->get<double>() : std::nan("");
  };
  const Json* best = nullptr;
  for (const Json& row : epochs) {
    const double mine = value(row, monitor.name), other = best ? value(*best, monitor.name) : 0;
    if (std::isnan(mine)) continue;
    const bool better = monitor.higher ? mine > other : mine < other;
    if (!best || better || (mine == other && value(row, loss) < value(*best, loss))) best = &row;
  }
  return best ? *best : Json(nullptr);
}

std::set<std::string> names_in(const Json& epochs) {
  std::set<std::string> names;
  for (const Json& row : epochs) {
    for (const auto& [name, value] : row.items()) names.insert(name);
  }
  return names;
}

double seconds_of(const Json& epochs) {
  double sum = 0;
  for (const Json& row : epochs) sum += number(row, "seconds");
  return sum;
}

struct Parts {
  Json summary, config, epochs;
  RunSigns signs;
  Reader reader;
};

void set_state(Json& summary, const RunSigns& signs, const std::optional<RunState>& ended = {}) {
  const RunState state = ended ? *ended : run_state(signs);
  summary["status"] = to_string(state.status);
  summary["reason"] = state.reason;
}

Parts parts_of(const Folder& folder, const std::string& name) {
  Reader reader(folder);
  const Json status = reader.object(kStatusFile);
  Json config = reader.config(), epochs = reader.epochs();
  const Json keys = flat(config);
  const Monitor monitor = monitor_of(status, epochs);
  const std::string mark = folder.read(io::kRunMark, 512).value_or("");
  RunSigns signs = read_signs(folder);
  signs.epochs = static_cast<std::int64_t>(epochs.size());
  signs.planned = static_cast<std::int64_t>(number(keys, "train.epochs"));
  Json summary = {{"name", name},
                  {"status", ""},
                  {"reason", ""},
                  {"sequence", whole_of(mark, "sequence")},
                  {"created", word_of(mark, "created")},
                  {"model", copy_or(keys, "model.name", "")},
                  {"data", copy_or(keys, "data.name", "")},
                  {"epochs", epochs.size()},
                  {"planned", signs.planned},
                  {"step", epochs.empty() ? 0.0 : number(epochs.back(), "step")},
                  {"seconds", seconds_of(epochs)},
                  {"monitor", monitor.name},
                  {"higher", monitor.higher},
                  {"best", best_epoch(epochs, monitor)},
                  {"last", epochs.empty() ? Json(nullptr) : epochs.back()},
                  {"spread", copy_or(status, "spread", nullptr)},
                  {"ensemble", copy_or(status, "ensemble", nullptr)},
                  {"config", keys}};
  set_state(summary, signs);
  return {std::move(summary), std::move(config), std::move(epochs), std::move(signs), std::move(reader)};
}

// Folds and members: the folders below that are runs.
Json runs_below(const Folder& folder, const std::string& name, int depth,
                const std::function<Json(const Folder&, const std::string&)>& make) {
  Json runs = Json::array();
  if (depth >= kDeepest) return runs;
  for (const std::string& below : folder.folders()) {
    const auto run = folder.below(below);
    if (run && is_run(*run)) runs.push_back(make(*run, name + "/" + below));
  }
  return runs;
}

RunState state_in(const Json& summary) {
  const std::string said = summary["status"].get<std::string>();
  for (const RunStatus each : {RunStatus::finished, RunStatus::running, RunStatus::interrupted}) {
    if (said == to_string(each)) return {each, summary["reason"].get<std::string>()};
  }
  return {RunStatus::failed, summary["reason"].get<std::string>()};
}

// A folder of several trainings has figures of its own only in status.json.
void sum_up(Json& summary, RunSigns& signs, const Json& below, const std::optional<RunState>& ended = {}) {
  summary["trainings"] = below.size();
  for (const Json& run : below) signs.parts.push_back(state_in(run));
  set_state(summary, signs, ended);
  if (below.empty() || summary["epochs"] != 0) return;
  double seconds = 0;
  for (const Json& run : below) seconds += run["seconds"].get<double>();
  summary["seconds"] = seconds;
}

Json document_of(const Folder& folder, const std::string& name, int depth,
                 const std::optional<RunState>& ended = {}) {
  Parts parts = parts_of(folder, name);
  Json document = std::move(parts.summary);
  document["config_list"] = std::move(parts.config);
  document["epoch_rows"] = std::move(parts.epochs);
  document["model_facts"] = parts.reader.object(kModelFile);
  document["evaluation"] = parts.reader.object(kEvaluationFile);
  if (const auto picture = folder.read(kLearningCurveFile, kMostPicture))
    document["learning_curve"] = "data:image/png;base64," + base64_text(*picture);
  document["events"] = events_json(folder, names_in(document["epoch_rows"]));
  if (const Json* problems = find(document["events"], "problems")) {
    for (const Json& each : *problems) parts.reader.problems.push_back(each);
  }
  document["files"] = folder.files();
  document["runs"] = runs_below(folder, name, depth, [&](const Folder& run, const std::string& its) {
    return document_of(run, its, depth + 1);
  });
  sum_up(document, parts.signs, document["runs"], ended);
  document["problems"] = parts.reader.problems;
  return document;
}

}  // namespace

bool is_run(const Folder& folder) {
  return folder.stamp(io::kRunMark) || folder.stamp(io::kMetricsFile) || folder.stamp(io::kConfigFile);
}

Json run_summary(const Folder& folder, const std::string& name) {
  Parts parts = parts_of(folder, name);
  const Json below = runs_below(
      folder, name, 1, [](const Folder& run, const std::string& its) { return parts_of(run, its).summary; });
  sum_up(parts.summary, parts.signs, below);
  parts.summary["problems"] = parts.reader.problems;
  return parts.summary;
}

Json run_document(const Folder& folder, const std::string& name, const std::optional<RunState>& ended) {
  return document_of(folder, name, 1, ended);
}

std::size_t run_version(const Folder& folder) {
  std::size_t version = 0;
  const auto mix = [&](std::uint64_t value) {
    version = (version ^ (value + 0x9e3779b97f4a7c15u + (version << 6) + (version >> 2))) * 0x100000001b3u;
  };
  for (const char* name : {io::kConfigFile, io::kMetricsFile, kStatusFile, io::kLockFile, kEvaluationFile,
                           kModelFile, kLearningCurveFile}) {
    const auto stamp = folder.stamp(name);
    mix(stamp ? static_cast<std::uint64_t>(stamp->seconds) : 1);
    mix(stamp ? static_cast<std::uint64_t>(stamp->nanoseconds) : 2);
    mix(stamp ? stamp->size : 3);
    mix(stamp ? stamp->file : 4);
  }
  return version;
}

}  // namespace luge::board
