#include "experiment/run_config.h"

#include <fmt/format.h>
#include <unistd.h>

#include "core/threads.h"
#include "experiment/data_sets.h"
#include "experiment/toml_file.h"
#include "io/files/atomic_file.h"

namespace luge::experiment {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFile = "config.toml";
constexpr const char* kAbout = "about.";

FlatToml about_this_run() {
  char host[256] = "unknown";
  ::gethostname(host, sizeof host - 1);
  return {{"about.version", LUGE_VERSION},
          {"about.host", host},
          {"about.threads", std::to_string(thread_count())}};
}

FlatToml about(const fs::path& file) {
  FlatToml told = read_toml(file.string());
  std::erase_if(told, [](const auto& entry) { return !entry.first.starts_with(kAbout); });
  return told;
}

}  // namespace

void write_config(const Config& config, const io::RunDirectory& run, bool is_new) {
  FlatToml lines;
  for (auto& [key, value] : config.resolved()) {
    if (key == "data.accept_changed_data") continue;  // said once, of one resumption
    lines.emplace_back(key, key == "data.name" ? recorded_data(value) : value);
  }
  for (std::size_t k = 0; k < config.stages().size(); ++k) {
    for (auto& [key, value] : config.stages()[k].resolved())
      lines.emplace_back(fmt::format("stage.{}.{}", k, key), value);
  }
  for (auto& entry : is_new ? about_this_run() : about(run.file(kFile))) lines.push_back(std::move(entry));
  io::write_file(run.file(kFile), to_toml(lines));
}

bool has_config(const fs::path& run) {
  std::error_code error;
  return !run.empty() && fs::exists(run / kFile, error);
}

Config read_config(const fs::path& run, const std::string& data) {
  const fs::path file = run / kFile;
  std::error_code error;
  if (!has_config(run)) {
    throw FileError(
        fmt::format("{}: is not there, so what this run was trained with is not known; a folder "
                    "that a program's train::checkpoint wrote is resumed by that program",
                    file.string()));
  }
  Config config;
  if (!data.empty()) config.set("data", data);
  config.take_file(file.string());
  if (!data.empty() || !config.given("data.name")) return config;
  // Where the data lay when the training began may have been told from the folder it began in.
  const fs::path path = config.text("data.name");
  const fs::path next_to_run = fs::absolute(run).lexically_normal().parent_path().parent_path() / path;
  const bool here = recorded_data(path.string()) == path.string() || fs::exists(path, error);
  if (path.is_relative() && !here && fs::exists(next_to_run, error)) config.set("data", next_to_run.string());
  return config;
}

}  // namespace luge::experiment
