#include "cli/model_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/command.h"
#include "experiment/option_keys.h"
#include "io/run/run_directory.h"
#include "luge/experiment/trainings.h"
#include "luge/models/gallery.h"

namespace luge::cli {
namespace fs = std::filesystem;
namespace {

struct ModelFileOptions {
  static constexpr const char* table = "";
  std::string run, model, checkpoint = "best", dir = experiment::kRuns;
  static void fields(auto& self, auto&& field) {
    field("run", self.run,
          "folder of a run, of the command or of a program's train::checkpoint; last is the newest");
    field("model", self.model, "model file (.safetensors), or a folder as run= takes it");
    field("checkpoint", self.checkpoint, "which one of the run", options::one_of({"best", "last"}));
    field("dir", self.dir, "folder in which runs are looked for by their names, and last among them");
  }
};

// A network of the gallery is not a trained one.
std::string train_first(const std::string& name) {
  const std::vector<std::string> known = models::names();
  if (std::find(known.begin(), known.end(), name) == known.end()) return "";
  return fmt::format(
      "; it is a network of the gallery: {} train model={} trains it, and run=last is the result", program(),
      name);
}

}  // namespace

std::vector<Key> model_file_keys() { return experiment::keys_of<ModelFileOptions>(); }

experiment::ModelPath model_path(const Arguments& arguments) {
  const auto options = experiment::read<ModelFileOptions>(arguments);
  if (arguments.given("model")) {
    if (arguments.given("run"))
      throw Misuse(fmt::format("luge {}: give model= or run=, not both", arguments.command()));
    const std::string& name = options.model;
    std::error_code error;
    if (!fs::exists(name, error))
      throw FileError(fmt::format("{}: there is no such file{}", name, train_first(name)));
    return experiment::model_file(name, options.checkpoint, arguments.given("checkpoint"), options.dir);
  }
  if (!arguments.given("run")) {
    throw Misuse(fmt::format("luge {}: which model? run=last, run=DIR or model=FILE", arguments.command()));
  }
  return experiment::model_file(options.run, options.checkpoint, arguments.given("checkpoint"), options.dir);
}

void check_one_network(const Arguments& arguments, const fs::path& run) {
  if (!experiment::Trainings::in(run)) return;
  const auto below = io::list_runs(run);
  throw experiment::SettingError(fmt::format(
      "{}: holds several trainings, and this looks at the layers of one network{}", arguments.said("run"),
      below.empty() ? "" : fmt::format("; run={} is one of them", below.front().path.string())));
}

}  // namespace luge::cli
