#include "experiment/run_config.h"

#include <fmt/format.h>
#include <unistd.h>

#include "core/threads.h"
#include "experiment/data_sets.h"
#include "experiment/network_entry.h"
#include "experiment/toml_file.h"
#include "io/files/atomic_file.h"
#include "io/run/run_files.h"
#include "io/text/toml_text.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

std::vector<TomlLine> about_this_run() {
  char host[256] = "unknown";
  ::gethostname(host, sizeof host - 1);
  return {{"about.version", std::string(LUGE_VERSION)},
          {"about.host", std::string(host)},
          {"about.threads", static_cast<std::int64_t>(thread_count())}};
}

std::vector<TomlLine> about(const fs::path& file) {
  std::vector<TomlLine> lines;
  const toml::table table = io::read_toml(file.string());
  const toml::table* about = table["about"].as_table();
  if (!about) return lines;
  for (const auto& [name, node] : *about) {
    if (const auto value = io::toml_value(node))
      lines.push_back({fmt::format("about.{}", name.str()), *value});
  }
  return lines;
}

// A single number is written as one, also where words are taken.
options::Value as_written(options::Value value) {
  const auto* wholes = std::get_if<std::vector<std::int64_t>>(&value);
  return wholes && wholes->size() == 1 ? options::Value(wholes->front()) : value;
}

options::Value value_of(const Config& config, const Key& key) {
  if (key.name == "data.name") return recorded_data(config.text(key.name));
  if (!key.info) return config.text(key.name);
  const options::Value value = config.value(key.name, *key.info);
  return key.info->kind == options::Kind::mixed ? as_written(value) : value;
}

// What is said when a training is started or resumed, and does not hold for another one.
bool is_of_one_start(const Key& key) {
  return key.name == "data.accept_changed_data" || key.name.starts_with("run.");
}

std::vector<TomlLine> lines_of(const Config& config) {
  std::vector<TomlLine> lines;
  const auto add = [&](const std::string& key, options::Value value) {
    if (std::holds_alternative<std::monostate>(value)) return;
    lines.push_back({key, std::move(value), config.origin(key).to_string()});
  };
  for (const Key& key : config.keys()) {
    if (!key.option.empty() || is_of_one_start(key)) continue;
    if (config.has(key.name)) add(key.name, value_of(config, key));
    if (key.family.empty()) continue;
    for (auto& [option, value] : config.chosen_options(key.family)) add(option, std::move(value));
  }
  return lines;
}

// What differs in a stage; all else is that of the training.
std::vector<TomlLine> lines_of_stage(const Config& stage, std::size_t number) {
  std::vector<TomlLine> lines;
  for (const Key& key : stage.keys()) {
    if (!stage.given(key.name)) continue;
    lines.push_back({fmt::format("stage.{}.{}", number, key.name),
                     key.option.empty() ? value_of(stage, key) : stage.option_value(key),
                     stage.origin(key.name).to_string()});
  }
  return lines;
}

void add_stages(const Config& config, std::vector<TomlLine>& lines) {
  for (std::size_t k = 0; k < config.stages().size(); ++k) {
    for (TomlLine& line : lines_of_stage(config.stages()[k], k)) lines.push_back(std::move(line));
  }
}

// Stages, and what made the run.
void add_rest(const Config& config, const io::RunDirectory& run, bool is_new, std::vector<TomlLine> lines) {
  add_stages(config, lines);
  for (auto& entry : is_new ? about_this_run() : about(run.file(io::kConfigFile)))
    lines.push_back(std::move(entry));
  io::write_file(run.file(io::kConfigFile), to_toml(lines));
}

}  // namespace

void write_config(const Config& config, const io::RunDirectory& run, bool is_new) {
  add_rest(config, run, is_new, lines_of(config));
}

void write_given(const Config& config, const io::RunDirectory& run, bool is_new) {
  std::vector<TomlLine> lines;
  for (const Key& key : config.keys()) {
    if (!config.given(key.name) || is_of_one_start(key)) continue;
    lines.push_back({key.name, key.option.empty() ? value_of(config, key) : config.option_value(key),
                     config.origin(key.name).to_string()});
  }
  add_rest(config, run, is_new, std::move(lines));
}

std::map<std::string, std::string> recorded_settings(const Config& config) {
  std::vector<TomlLine> lines = lines_of(config);
  add_stages(config, lines);
  std::map<std::string, std::string> settings;
  for (const TomlLine& line : lines) settings[line.key] = options::text(line.value);
  return settings;
}

bool has_config(const fs::path& run) {
  std::error_code error;
  return !run.empty() && fs::exists(run / io::kConfigFile, error);
}

Config read_config(const fs::path& run, const std::string& data) {
  const fs::path file = run / io::kConfigFile;
  std::error_code error;
  if (!has_config(run)) {
    throw FileError(
        fmt::format("{}: is not there, so what this run was trained with is not known; a folder "
                    "that a program's train::checkpoint wrote is resumed by that program",
                    file.string()));
  }
  Config config;
  if (!data.empty()) config.set("data", data, Source::resume);
  config.take_run(file.string());
  if (!data.empty()) config.drop_options("data");  // those of the data that it was trained on
  use_kept_network(config, run);
  if (!data.empty() || !config.given("data.name")) return config;
  // Where the data lay when the training began may have been told from the folder it began in.
  const fs::path path = config.text("data.name");
  const fs::path next_to_run = fs::absolute(run).lexically_normal().parent_path().parent_path() / path;
  const bool here = recorded_data(path.string()) == path.string() || fs::exists(path, error);
  if (path.is_relative() && !here && fs::exists(next_to_run, error))
    config.set("data", next_to_run.string(), Source::resume);
  return config;
}

}  // namespace luge::experiment
